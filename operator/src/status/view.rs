//! What the status of a Plugin asks of its fate.

use davit_crds::condition::{condition_of, stalls};
use davit_crds::{ConditionType, Plugin, PluginStatus};
use davit_plugin::reason::Reason;
use davit_plugin::{Digest, Version};

use super::Fate;
use crate::artifact::Artifact;
use crate::trouble::{Next, Trouble};

/// A fate and what follows from it.
pub(super) struct View<'a> {
    pub(super) fate: &'a Fate,
    /// The resource's generation.
    pub(super) generation: i64,
    /// The status that the resource has.
    pub(super) before: Option<&'a PluginStatus>,
    /// What is known of the package under today's resource.
    pub(super) today: Option<&'a Artifact>,
    /// Whether what serves is what is wanted.
    pub(super) current: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(fate: &'a Fate) -> Self {
        let generation = generation(&fate.plugin);
        let today = fate.artifact.as_deref().filter(|artifact| artifact.generation == generation);
        let before = fate.plugin.status.as_ref();
        let mut view = Self { fate, generation, before, today, current: fate.current };
        view.current |= view.served_before();
        view
    }

    /// Whether what serves is, by the status, what this generation asked for,
    /// and the source still names it: so after a start of the operator, until
    /// the package is read back.
    fn served_before(&self) -> bool {
        let resolved = self.resolved().filter(|_| self.fate.problem.is_none() && self.version().is_none());
        let before = self.before.and_then(|status| status.serving.as_ref());
        let before = before.filter(|it| it.generation == self.generation).map(|it| it.digest);
        let planned = self.fate.serving.as_ref().map(|planned| planned.digest);
        resolved.is_some() && resolved == before && resolved == planned
    }

    /// Whether the status speaks of this generation already, and nobody has
    /// looked at the source since.
    pub(super) fn is_unasked(&self) -> bool {
        let spoken = self.before.is_some_and(|status| status.observed_generation == self.generation);
        spoken && self.today.is_none() && self.fate.problem.is_none()
    }

    /// Whether there is no PluginRuntime to run it.
    pub(super) fn is_orphan(&self) -> bool {
        self.fate.problem.as_ref().is_some_and(|problem| problem.reason == Reason::RuntimeNotFound)
    }

    /// The digest that the source names.
    pub(super) fn resolved(&self) -> Option<Digest> {
        self.today?.resolved.as_ref().map(|resolved| resolved.digest)
    }

    /// The version of the verified package that is wanted.
    pub(super) fn version(&self) -> Option<&'a Version> {
        self.today?.kept.as_ref().map(|kept| &kept.contents.manifest.version)
    }

    /// Why the source could not be asked again, where what it said last stands
    /// and its package is at hand: nobody needs to care yet.
    pub(super) fn outage(&self) -> Option<&'a Trouble> {
        let trouble = self.today?.trouble.as_ref()?;
        let stands = self.version().is_some() || self.current;
        let down = trouble.problem.reason == Reason::RegistryUnreachable && trouble.next == Next::Retry;
        Some(trouble).filter(|_| down && stands)
    }

    /// Why the version that is wanted has not passed `stage`.
    pub(super) fn trouble_at(&self, stage: ConditionType) -> Option<Trouble> {
        let of_source = self.today.and_then(|artifact| artifact.trouble.clone());
        let of_source = of_source.filter(|_| self.outage().is_none());
        let of_rollout = self.fate.problem.as_ref().map(|problem| {
            let (stage, next) = (condition_of(problem.reason), self.next(problem.reason));
            Trouble { stage, problem: problem.clone(), next }
        });
        [of_source, of_rollout].into_iter().flatten().find(|trouble| trouble.stage == stage)
    }

    /// What can be done about a problem of the rollout: a package that the
    /// resource names by its digest stays as it is.
    fn next(&self, reason: Reason) -> Next {
        let oci = self.fate.plugin.spec.source.oci.as_ref();
        let pinned = oci.is_some_and(|oci| oci.reference.contains('@'));
        if pinned && stalls(reason) { Next::Stall } else { Next::Retry }
    }

    /// Whether it is time to tell of replicas that do not serve it.
    pub(super) fn patience_is_over(&self) -> bool {
        self.fate.lagging_for.is_some_and(|time| time >= self.fate.patience)
    }
}

/// The resource's generation.
pub(super) fn generation(plugin: &Plugin) -> i64 {
    plugin.metadata.generation.unwrap_or_default()
}
