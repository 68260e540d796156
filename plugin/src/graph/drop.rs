//! Who cannot run, because a required dependency is missing, turned off, of
//! another version, or does not run itself.

use std::collections::BTreeMap;

use super::{Absent, Node};
use crate::PluginName;
use crate::manifest::Dependency;
use crate::reason::{Problem, Reason};

/// The nodes with a required dependency that will never do.
pub(super) fn unmet(
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    absent: &Absent,
) -> BTreeMap<usize, Problem> {
    let problem = |node: &Node<'_>| node.required().find_map(|wanted| check(wanted, nodes, index, absent));
    nodes.iter().enumerate().filter_map(|(i, node)| Some((i, problem(node)?))).collect()
}

fn check(
    wanted: &Dependency,
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    absent: &Absent,
) -> Option<Problem> {
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
pub(super) fn dependents(
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    dropped: &mut BTreeMap<usize, Problem>,
) {
    loop {
        let waits_for = |node: &Node<'_>| {
            let mut names = node.required().map(|dependency| &dependency.name);
            names.find(|name| index.get(*name).is_some_and(|i| dropped.contains_key(i))).cloned()
        };
        let more: Vec<(usize, PluginName)> = (0..nodes.len())
            .filter(|i| !dropped.contains_key(i))
            .filter_map(|i| Some((i, waits_for(&nodes[i])?)))
            .collect();
        if more.is_empty() {
            return;
        }
        for (i, name) in more {
            dropped.insert(i, Problem::new(Reason::DependencyNotReady, not_ready(&name)));
        }
    }
}

fn not_ready(name: &PluginName) -> String {
    format!("it requires {name}, which does not run: see that plugin's reason")
}
