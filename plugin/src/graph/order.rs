//! The order in which plugins start.

use std::collections::{BTreeMap, BTreeSet};

use super::cycles;
use super::edges::Edges;

/// Every node that `runs` behind what it depends on. An optional dependency that
/// closes a circle does not order.
pub(super) fn sort(edges: &Edges, runs: impl Fn(usize) -> bool) -> Vec<usize> {
    let all: Vec<usize> = (0..edges.required.len()).filter(|&i| runs(i)).collect();
    let required = |from: usize| edges.required[from].iter().copied().filter(|&to| runs(to));
    let optional = |from: usize| edges.optional[from].iter().copied().filter(|&to| runs(to));
    let circles = cycles::components(all.iter().flat_map(|&from| {
        let targets = required(from).chain(optional(from));
        targets.map(move |to| (from, to)).collect::<Vec<_>>()
    }));
    let circle = |i: usize| circles.iter().position(|members| members.contains(&i));
    let waits_for = |from: usize| -> BTreeSet<usize> {
        let across = optional(from).filter(|&to| circle(to) != circle(from));
        required(from).chain(across).collect()
    };
    topological(all.iter().map(|&i| (i, waits_for(i))).collect())
}

/// Kahn's algorithm; the smallest index that is free goes next.
fn topological(mut waiting: BTreeMap<usize, BTreeSet<usize>>) -> Vec<usize> {
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(next) = waiting.iter().find(|(_, open)| open.is_empty()).map(|(&i, _)| i) {
        waiting.remove(&next);
        for open in waiting.values_mut() {
            open.remove(&next);
        }
        order.push(next);
    }
    order
}
