//! One version of a plugin that could run.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Link, PlannedPlugin, canonical};
use crate::contents::Contents;
use crate::manifest::Dependency;
use crate::{Base, Digest, PluginName};

/// A verified package and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The package.
    pub digest: Digest,
    /// Tells apart two starts of the same package.
    pub reload: Option<String>,
    /// What it holds.
    pub contents: Arc<Contents>,
}

/// What tells candidates apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CandidateId {
    /// The plugin.
    pub name: PluginName,
    /// The package.
    pub digest: Digest,
    /// The digest of what it is started with besides the package: base,
    /// configuration, and the start it belongs to.
    pub settings: Digest,
}

#[derive(Serialize)]
struct Settings<'a> {
    reload: &'a Option<String>,
    base: &'a Option<Base>,
    config: &'a Map<String, Value>,
}

impl CandidateId {
    /// The candidate that a plan's entry was made from.
    pub fn of(plugin: &PlannedPlugin) -> Self {
        let PlannedPlugin { name, digest, reload, base, config, .. } = plugin;
        let settings = canonical::digest(&Settings { reload, base, config });
        Self { name: name.clone(), digest: *digest, settings }
    }
}

impl Candidate {
    /// What tells this candidate from others.
    pub fn id(&self) -> CandidateId {
        let Candidate { digest, reload, contents } = self;
        let (base, config) = (&contents.manifest.base, &contents.manifest.config);
        let settings = canonical::digest(&Settings { reload, base, config });
        CandidateId { name: self.name().clone(), digest: *digest, settings }
    }

    /// The plugin's name.
    pub fn name(&self) -> &PluginName {
        &self.contents.manifest.name
    }

    /// The plan's entry; `available` tells whether the plan has a dependency in a
    /// version that will do.
    pub(super) fn planned(&self, available: impl Fn(&Dependency) -> bool) -> PlannedPlugin {
        let Contents { manifest, env, consent: _, code, mode, workers, ui } = &*self.contents;
        let others = manifest.dependencies.iter().filter(|dependency| dependency.name != manifest.name);
        let link = |wanted: &Dependency| Link { name: wanted.name.clone(), required: !wanted.optional };
        PlannedPlugin {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: self.digest,
            reload: self.reload.clone(),
            base: manifest.base.clone(),
            code: code.clone(),
            mode: *mode,
            workers: workers.clone(),
            replacement: manifest.replacement,
            permissions: manifest.permissions.clone(),
            env: env.clone(),
            options: manifest.options.readable(&self.contents.variables()),
            inject_base: manifest.inject_base,
            ui: ui.clone(),
            dependencies: others.filter(|wanted| available(wanted)).map(link).collect(),
            public_routes: manifest.public_routes.clone(),
            config: manifest.config.clone(),
            limits: manifest.limits,
            menus: manifest.menus.clone(),
        }
    }
}
