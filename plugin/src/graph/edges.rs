//! Who depends on whom, in indices.

use std::collections::BTreeMap;

use super::Node;
use crate::PluginName;
use crate::manifest::Dependency;

/// The index of each node by its name.
pub(super) type Index<'a> = BTreeMap<&'a PluginName, usize>;

/// For each node, the nodes that it depends on. A dependency on a node whose
/// version will not do is no edge.
pub(super) struct Edges {
    /// What it cannot run without.
    pub(super) required: Vec<Vec<usize>>,
    /// What it uses when it is there, itself left out.
    pub(super) optional: Vec<Vec<usize>>,
}

impl Edges {
    pub(super) fn of(nodes: &[Node<'_>], index: &Index<'_>) -> Self {
        let target = |wanted: &Dependency| {
            let there = *index.get(&wanted.name)?;
            wanted.version.holds(nodes[there].version).then_some(there)
        };
        let required = nodes.iter().map(|node| node.required().filter_map(target).collect());
        let optional = |(i, node): (usize, &Node<'_>)| {
            let uses = node.dependencies.iter().filter(|dependency| dependency.optional);
            uses.filter_map(target).filter(|&to| to != i).collect()
        };
        Self { required: required.collect(), optional: nodes.iter().enumerate().map(optional).collect() }
    }
}
