//! A plan's groups and what makes two of them the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Link, Plan, PlannedPlugin, canonical};
use crate::PackagePath;
use crate::manifest::{Mode, Schema, Workers};
use crate::{Base, Digest, PluginName, VariableName, Version};

/// All that a worker is started with. Two groups with one key need one process,
/// so a group whose key stays the same keeps its process through a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey(Digest);

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.short())
    }
}

/// Plugins of a plan that run in one worker process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is started with.
    pub key: GroupKey,
    /// Indices into the plan's plugins, in start order.
    pub plugins: Vec<usize>,
}

/// What a worker gets to see of a plugin. Routes and limits are the runtime's
/// business: changing them needs no new process.
#[derive(Serialize)]
struct Inputs<'a> {
    name: &'a PluginName,
    version: &'a Version,
    digest: Digest,
    reload: &'a Option<String>,
    base: &'a Option<Base>,
    code: &'a Option<PackagePath>,
    mode: Mode,
    workers: &'a Option<Workers>,
    env: &'a BTreeMap<VariableName, String>,
    variables: &'a BTreeSet<VariableName>,
    options: &'a Schema,
    dependencies: &'a [Link],
    config: &'a Map<String, Value>,
}

impl Plan {
    /// The plugins that run code, parted into groups.
    pub fn groups(&self) -> Vec<Group> {
        let code: Vec<usize> = (0..self.plugins.len()).filter(|&i| self.plugins[i].code.is_some()).collect();
        let place = |name: &PluginName| code.iter().position(|&i| self.plugins[i].name == *name);
        let links = code.iter().enumerate().flat_map(|(from, &i)| {
            let names = self.plugins[i].dependencies.iter().map(|link| &link.name);
            names.filter_map(place).map(move |to| (from, to)).collect::<Vec<_>>()
        });
        let parts = crate::graph::groups(code.len(), links);
        parts.into_iter().map(|part| self.group(part.into_iter().map(|i| code[i]).collect())).collect()
    }

    fn group(&self, plugins: Vec<usize>) -> Group {
        let inputs: Vec<Inputs<'_>> = plugins.iter().map(|&i| inputs(&self.plugins[i])).collect();
        Group { key: GroupKey(canonical::digest(&inputs)), plugins }
    }
}

fn inputs(plugin: &PlannedPlugin) -> Inputs<'_> {
    let PlannedPlugin { name, version, digest, reload, base, code, ui: _, dependencies, .. } = plugin;
    let PlannedPlugin { public_routes: _, config, limits: _, menus: _, mode, workers, env, .. } = plugin;
    let PlannedPlugin { inject_base: _, replacement: _, permissions, options, .. } = plugin;
    let (digest, mode, variables) = (*digest, *mode, &permissions.env);
    Inputs {
        name,
        version,
        digest,
        reload,
        base,
        code,
        mode,
        workers,
        env,
        variables,
        options,
        dependencies,
        config,
    }
}
