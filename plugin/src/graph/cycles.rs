//! Plugins that require themselves, by way of others.

use std::collections::{BTreeMap, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Node;
use super::edges::Edges;
use crate::reason::{Problem, Reason};

/// Every member of a cycle of required dependencies, with the cycle spelled out.
pub(super) fn find(
    nodes: &[Node<'_>],
    edges: &Edges,
    there: impl Fn(usize) -> bool + Copy,
) -> BTreeMap<usize, Problem> {
    let required =
        |from: usize| edges.required[from].iter().copied().filter(move |&to| there(from) && there(to));
    let components = components((0..nodes.len()).flat_map(|from| required(from).map(move |to| (from, to))));
    let mut found = BTreeMap::new();
    for members in components {
        for &start in &members {
            let within = |from: usize| required(from).filter(|to| members.contains(to)).collect();
            let Some(way) = shortest_way_back(start, within) else { continue };
            let names: Vec<&str> = way.into_iter().map(|i| nodes[i].name.as_str()).collect();
            let message =
                format!("the dependencies form a cycle: {}; make one of them optional", names.join(" -> "));
            found.insert(start, Problem::new(Reason::DependencyCycle, message));
        }
    }
    found
}

/// The strongly connected components of the graph of these edges.
pub(super) fn components(edges: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let components = tarjan_scc(&DiGraph::<(), (), usize>::from_edges(edges));
    components.into_iter().map(|members| members.into_iter().map(NodeIndex::index).collect()).collect()
}

/// From `start` back to it, both ends included; none if no edge leads back.
fn shortest_way_back(start: usize, targets: impl Fn(usize) -> Vec<usize>) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for to in targets(at) {
            if to == start {
                let mut way = vec![start, at];
                while way[way.len() - 1] != start {
                    way.push(came_from[&way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            came_from.entry(to).or_insert_with(|| {
                queue.push_back(to);
                at
            });
        }
    }
    None
}
