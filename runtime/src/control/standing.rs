//! What a managed runtime serves, has prepared and has seen: immutable, published
//! whole by the one task that changes it.

use std::collections::BTreeSet;
use std::sync::Arc;

use davit_plugin::Digest;
use davit_plugin::control::{Agreed, CommittedPlan, Fence};
use davit_plugin::plan::{GroupKey, Plan};

use super::fence::Seen;
use crate::assemble::Prepared;

/// Where a runtime stands. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The newest place that a plan was proposed for.
    pub(super) seen: Seen,
    /// What serves.
    pub(super) committed: Option<Committed>,
    /// What is prepared beside it.
    pub(super) proposal: Option<Proposal>,
    /// Plans whose groups are held.
    pub(super) warm: Vec<Prepared>,
    /// Whether the operator has committed or confirmed since the start.
    pub(super) confirmed: bool,
}

/// The plan that serves.
#[derive(Debug, Clone)]
pub(super) struct Committed {
    pub(super) digest: Digest,
    /// As it lies on the volume.
    pub(super) whole: Arc<CommittedPlan>,
}

/// A plan that may be committed.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) fence: Fence,
    pub(super) digest: Digest,
    pub(super) tag: String,
    pub(super) build: Build,
}

/// What a proposed plan needs.
#[derive(Debug, Clone)]
pub(super) enum Build {
    /// Nothing: it serves already.
    Serving,
    /// These groups, beside those that serve.
    Beside(Prepared),
}

impl Proposal {
    /// Its place.
    pub(super) fn agreed(&self) -> Agreed {
        Agreed { fence: self.fence, plan: self.digest }
    }

    /// Its groups, unless it serves.
    pub(super) fn prepared(&self) -> Option<&Prepared> {
        match &self.build {
            Build::Serving => None,
            Build::Beside(prepared) => Some(prepared),
        }
    }
}

impl Committed {
    /// Its place.
    pub(super) fn agreed(&self) -> Agreed {
        Agreed { fence: self.whole.fence, plan: self.digest }
    }
}

impl Standing {
    /// Whether the plan of this digest serves.
    pub(super) fn serves(&self, digest: &Digest) -> bool {
        self.committed.as_ref().is_some_and(|committed| committed.digest == *digest)
    }

    /// The proposal, if it is this one.
    pub(super) fn proposal(&self, fence: Fence, digest: Digest) -> Option<&Proposal> {
        self.proposal.as_ref().filter(|proposal| (proposal.fence, proposal.digest) == (fence, digest))
    }

    /// The groups that are prepared or warm.
    pub(super) fn held_groups(&self) -> BTreeSet<GroupKey> {
        self.beside().flat_map(Prepared::keys).collect()
    }

    /// The packages of all plans that serve, are prepared or are warm.
    pub(super) fn named_packages(&self) -> BTreeSet<Digest> {
        let committed = self.committed.iter().map(|committed| &committed.whole.plan);
        let beside = self.beside().map(|prepared| &**prepared.plan());
        committed.chain(beside).flat_map(digests).collect()
    }

    fn beside(&self) -> impl Iterator<Item = &Prepared> {
        self.proposal.iter().filter_map(Proposal::prepared).chain(&self.warm)
    }
}

/// The packages of a plan.
pub(super) fn digests(plan: &Plan) -> impl Iterator<Item = Digest> {
    plan.plugins.iter().map(|plugin| plugin.digest)
}
