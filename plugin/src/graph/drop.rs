//! Who cannot run, because a required dependency is missing, turned off, of
//! another version, or does not run itself.

use std::collections::BTreeMap;

use super::edges::{Edges, Index};
use super::{Absent, Node};
use crate::PluginName;
use crate::manifest::Dependency;
use crate::reason::{Problem, Reason};

/// The nodes with a required dependency that will never do.
pub(super) fn unmet(nodes: &[Node<'_>], index: &Index<'_>, absent: &Absent) -> BTreeMap<usize, Problem> {
    let problem = |node: &Node<'_>| node.required().find_map(|wanted| check(wanted, nodes, index, absent));
    nodes.iter().enumerate().filter_map(|(i, node)| Some((i, problem(node)?))).collect()
}

fn check(wanted: &Dependency, nodes: &[Node<'_>], index: &Index<'_>, absent: &Absent) -> Option<Problem> {
    let Dependency { name, version, .. } = wanted;
    let (reason, message) = match index.get(name) {
        Some(&there) if version.holds(nodes[there].version) => return None,
        Some(&there) => (
            Reason::DependencyVersionUnmet,
            format!(
                "it requires {name} in {version}, but {} runs: change one of the two",
                nodes[there].version
            ),
        ),
        None if absent.disabled.contains(name) => {
            (Reason::DependencyDisabled, format!("it requires {name}, which is turned off: turn it on"))
        }
        None if absent.broken.contains(name) => (Reason::DependencyNotReady, not_ready(name)),
        None => {
            (Reason::DependencyMissing, format!("it requires {name}, which is not there: add that plugin"))
        }
    };
    Some(Problem::new(reason, message))
}

/// Drops whoever requires a dropped one, until nobody does.
pub(super) fn dependents(nodes: &[Node<'_>], edges: &Edges, dropped: &mut BTreeMap<usize, Problem>) {
    let mut open: Vec<usize> = dropped.keys().copied().collect();
    while let Some(gone) = open.pop() {
        for i in (0..nodes.len()).filter(|&i| edges.required[i].contains(&gone)) {
            dropped.entry(i).or_insert_with(|| {
                open.push(i);
                Problem::new(Reason::DependencyNotReady, not_ready(nodes[gone].name))
            });
        }
    }
}

fn not_ready(name: &PluginName) -> String {
    format!("it requires {name}, which does not run: see that plugin's reason")
}
