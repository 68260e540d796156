//! In: a Plugin, what is known of its package, and its entry in the agreed plan.
//! Out: what is wanted of it. Pure.

use std::sync::Arc;

use davit_crds::{ConditionType, Plugin};
use davit_plugin::manifest::{Dependency, Manifest, Schema};
use davit_plugin::plan::{Candidate, CandidateId, PlannedPlugin, Wanted};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Contents, PluginName, VersionRange};

use super::today::Today;
use crate::artifact::{Artifact, Kept};

/// One Plugin of a PluginRuntime.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The resource.
    pub plugin: Arc<Plugin>,
    /// `spec.name`, or `metadata.name`.
    pub name: PluginName,
    /// How far its package has come; none if nobody has looked yet.
    pub artifact: Option<Arc<Artifact>>,
    /// The package that the agreed plan has of it, if the operator holds it.
    pub last_package: Option<Arc<Contents>>,
}

impl Subject {
    /// The verified package under today's resource.
    fn kept(&self) -> Option<&Kept> {
        let artifact = self.artifact.as_ref()?;
        let today = Some(artifact.generation) == self.plugin.metadata.generation;
        artifact.kept.as_ref().filter(|_| today)
    }

    /// Whether it shall run at all.
    pub fn is_enabled(&self) -> bool {
        self.plugin.spec.enabled
    }

    /// Whether it shall stay as it is.
    pub fn is_suspended(&self) -> bool {
        self.plugin.spec.suspend
    }

    /// The newest version, if it is known and may run.
    pub fn newest(&self, reload: Option<&str>) -> Option<Candidate> {
        let kept = self.kept().filter(|_| !self.is_suspended())?;
        Some(Candidate {
            digest: kept.digest,
            reload: reload.map(str::to_owned),
            contents: kept.contents.clone(),
        })
    }

    /// What is wanted of it, where the agreed plan has `planned` of it.
    pub fn wanted(&self, planned: Option<&PlannedPlugin>, reload: Option<&str>) -> Wanted {
        let newest = self.newest(reload);
        let same = |last: &Candidate| newest.as_ref().is_some_and(|newest| newest == last);
        let last = planned.map(|planned| self.last_good(planned)).filter(|last| !same(last));
        Wanted {
            name: self.name.clone(),
            problem: newest.is_none().then(|| self.unknown()),
            versions: newest.into_iter().chain(last).collect(),
            disabled: !self.is_enabled() && !self.is_suspended(),
        }
    }

    /// The version that the agreed plan has: its package with the configuration,
    /// base and dependencies that it ran with, under what is granted today; exactly
    /// as it is if the resource is suspended (interfaces §1, "last good").
    fn last_good(&self, planned: &PlannedPlugin) -> Candidate {
        let today =
            if self.is_suspended() { Today::as_planned(planned) } else { Today::of(&self.plugin.spec) };
        let contents = Contents {
            manifest: Manifest {
                name: planned.name.clone(),
                version: planned.version.clone(),
                enabled: true,
                base: planned.base.clone(),
                plugin_entry: planned.code.clone(),
                entrypoint: planned.ui.clone(),
                dependencies: self.dependencies(planned),
                public_routes: today.public_routes,
                menus: planned.menus.clone(),
                inject_base: planned.inject_base,
                mode: Some(planned.mode),
                replacement: planned.replacement,
                permissions: today.permissions,
                limits: planned.limits,
                workers: Err(Vec::new()),
                config: planned.config.clone(),
                options: self.options(planned),
                warnings: Vec::new(),
            },
            env: today.env,
            consent: today.consent,
            code: planned.code.clone(),
            mode: planned.mode,
            workers: planned.workers.clone(),
            ui: planned.ui.clone(),
        };
        Candidate { digest: planned.digest, reload: planned.reload.clone(), contents: Arc::new(contents) }
    }

    /// The options that variables may fill: as its package says, if that is at
    /// hand, else those of variables that were granted before.
    fn options(&self, planned: &PlannedPlugin) -> Schema {
        let known = self.last_package.as_ref().filter(|_| !self.is_suspended());
        known.map_or(&planned.options, |contents| &contents.manifest.options).clone()
    }

    /// What the last good version needs: as its package says, if that is at
    /// hand, else the edges that the plan has, in any version.
    fn dependencies(&self, planned: &PlannedPlugin) -> Vec<Dependency> {
        if let Some(contents) = &self.last_package {
            return contents.manifest.dependencies.clone();
        }
        let edge = |link: &davit_plugin::plan::Link| Dependency {
            name: link.name.clone(),
            version: VersionRange::any(),
            optional: !link.required,
        };
        planned.dependencies.iter().map(edge).collect()
    }

    /// Why there is no newest version.
    fn unknown(&self) -> Problem {
        let trouble = self.artifact.as_ref().and_then(|artifact| artifact.trouble.as_ref());
        match trouble {
            _ if self.is_suspended() => Problem::new(Reason::Suspended, "it is suspended"),
            Some(trouble) => trouble.problem.clone(),
            None => Problem::new(Reason::RolloutInProgress, "its source is being asked"),
        }
    }

    /// Whether the plan's entry is what the resource and its source ask for.
    pub fn is_current(&self, planned: &PlannedPlugin, reload: Option<&str>) -> bool {
        let newest = self.newest(reload).map(|newest| newest.id());
        newest.is_some_and(|newest| newest == CandidateId::of(planned))
    }

    /// Whether a problem of this plugin belongs to a stage behind `Verified`, so
    /// that the artifact does not tell of it.
    pub fn is_beyond_source(&self) -> bool {
        let stage = self.artifact.as_ref().and_then(|artifact| artifact.trouble.as_ref()).map(|t| t.stage);
        let source = matches!(stage, Some(ConditionType::SourceResolved | ConditionType::Verified));
        self.kept().is_some() || !source && self.artifact.is_some()
    }
}
