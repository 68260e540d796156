//! Plugins that require themselves, by way of others.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::Node;
use crate::PluginName;
use crate::reason::{Problem, Reason};

/// Every member of a cycle of required dependencies, with the cycle spelled out.
pub(super) fn find(
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    dropped: &BTreeMap<usize, Problem>,
) -> BTreeMap<usize, Problem> {
    let required = |i: usize| targets(nodes, index, dropped, i);
    let components = components(nodes.len(), required);
    let in_cycle = |members: &Vec<usize>| members.len() > 1 || required(members[0]).contains(&members[0]);
    let mut found = BTreeMap::new();
    for members in components.into_iter().filter(in_cycle) {
        for &start in &members {
            let spelled =
                spell(nodes, start, |i| required(i).into_iter().filter(|to| members.contains(to)).collect());
            let message = format!("the dependencies form a cycle: {spelled}; make one of them optional");
            found.insert(start, Problem::new(Reason::DependencyCycle, message));
        }
    }
    found
}

/// The strongly connected components of the graph that `targets` spans.
pub(super) fn components(count: usize, targets: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let edges = (0..count).flat_map(|from| targets(from).into_iter().map(move |to| (from, to)));
    let mut graph = DiGraph::<(), (), usize>::from_edges(edges);
    while graph.node_count() < count {
        graph.add_node(());
    }
    let sorted = |component: Vec<petgraph::graph::NodeIndex<usize>>| {
        let mut members: Vec<usize> = component.into_iter().map(petgraph::graph::NodeIndex::index).collect();
        members.sort_unstable();
        members
    };
    tarjan_scc(&graph).into_iter().map(sorted).collect()
}

fn targets(
    nodes: &[Node<'_>],
    index: &BTreeMap<&PluginName, usize>,
    dropped: &BTreeMap<usize, Problem>,
    from: usize,
) -> Vec<usize> {
    if dropped.contains_key(&from) {
        return Vec::new();
    }
    nodes[from]
        .required()
        .filter_map(|dependency| index.get(&dependency.name).copied())
        .filter(|to| !dropped.contains_key(to))
        .collect()
}

/// The shortest way from `start` back to itself, as `a -> b -> a`.
fn spell(nodes: &[Node<'_>], start: usize, targets: impl Fn(usize) -> Vec<usize>) -> String {
    let mut came_from = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for to in targets(at) {
            if to == start {
                return spell_back(nodes, start, at, &came_from);
            }
            came_from.entry(to).or_insert_with(|| {
                queue.push_back(to);
                at
            });
        }
    }
    nodes[start].name.to_string()
}

fn spell_back(nodes: &[Node<'_>], start: usize, last: usize, came_from: &BTreeMap<usize, usize>) -> String {
    let mut way = vec![start, last];
    while way[way.len() - 1] != start {
        way.push(came_from[&way[way.len() - 1]]);
    }
    if last == start {
        way.truncate(2);
    }
    let names: Vec<&str> = way.iter().rev().map(|&i| nodes[i].name.as_str()).collect();
    names.join(" -> ")
}
