//! The order in which plugins start.

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, cycles};
use crate::PluginName;
use crate::reason::Problem;

/// Every plugin behind what it depends on. An optional dependency that would
/// close a circle does not order.
pub(super) fn sort(
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    dropped: &BTreeMap<usize, Problem>,
) -> Vec<usize> {
    let runs = |i: &usize| !dropped.contains_key(i);
    let edges = |from: usize, with_optional: bool| -> Vec<usize> {
        let wanted =
            nodes[from].dependencies.iter().filter(|dependency| with_optional || !dependency.optional);
        wanted
            .filter_map(|dependency| index.get(&dependency.name).copied())
            .filter(|to| runs(to) && *to != from)
            .collect()
    };
    let all = |from: usize| if runs(&from) { edges(from, true) } else { Vec::new() };
    let mut component = vec![0; nodes.len()];
    for (number, members) in cycles::components(nodes.len(), all).iter().enumerate() {
        members.iter().for_each(|&member| component[member] = number);
    }
    let waits_for = |from: usize| -> BTreeSet<usize> {
        let across = edges(from, true).into_iter().filter(|&to| component[to] != component[from]);
        across.chain(edges(from, false)).collect()
    };
    topological((0..nodes.len()).filter(runs).map(|i| (i, waits_for(i))).collect())
}

/// Kahn's algorithm; the smallest index that is free goes next.
fn topological(mut waiting: BTreeMap<usize, BTreeSet<usize>>) -> Vec<usize> {
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(next) = waiting.iter().find(|(_, open)| open.is_empty()).map(|(&i, _)| i) {
        waiting.remove(&next);
        waiting.values_mut().for_each(|open| drop(open.remove(&next)));
        order.push(next);
    }
    order
}
