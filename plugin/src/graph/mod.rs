//! The dependency graph: who can run, in which order, and who must run together.
//!
//! Required dependencies decide who runs; optional ones only order (Buntime
//! contract §3, "Load order").

mod cycles;
mod drop;
mod edges;
mod groups;
mod order;

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Dependency;
use crate::reason::Problem;
use crate::{PluginName, Version};

pub use groups::groups;

use edges::{Edges, Index};

/// One plugin that wants to run.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its name, unique among the nodes.
    pub name: &'a PluginName,
    /// Its version, which others' ranges are held against.
    pub version: &'a Version,
    /// What it depends on.
    pub dependencies: &'a [Dependency],
}

impl<'a> Node<'a> {
    /// The dependencies that it cannot run without.
    fn required(&self) -> impl Iterator<Item = &'a Dependency> + use<'a> {
        self.dependencies.iter().filter(|dependency| !dependency.optional)
    }
}

/// Plugins that do not run, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Absent {
    /// Turned off.
    pub disabled: BTreeSet<PluginName>,
    /// There, but unable to run.
    pub broken: BTreeSet<PluginName>,
}

/// The graph, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The indices of the plugins that run, each behind all that it depends on.
    pub order: Vec<usize>,
    /// The plugins that cannot run, by index, with the reason.
    pub dropped: BTreeMap<usize, Problem>,
}

/// Drops whoever lacks a required dependency, then orders the rest. Ties keep
/// the order of `nodes`. An optional dependency that is not there in a version
/// that will do counts for nothing.
pub fn resolve(nodes: &[Node<'_>], absent: &Absent) -> Resolved {
    let index: Index<'_> = nodes.iter().enumerate().map(|(i, node)| (node.name, i)).collect();
    let edges = Edges::of(nodes, &index);
    let mut dropped = drop::unmet(nodes, &index, absent);
    let cyclic = cycles::find(nodes, &edges, |i| !dropped.contains_key(&i));
    dropped.extend(cyclic);
    drop::dependents(nodes, &edges, &mut dropped);
    let order = order::sort(&edges, |i| !dropped.contains_key(&i));
    Resolved { order, dropped }
}
