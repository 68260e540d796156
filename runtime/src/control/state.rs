//! What a replica says of itself, and the plan that it serves.

use std::sync::Arc;

use davit_plugin::control::{CommittedPlan, Refusal, RefusalCode, State};
use davit_plugin::plan::FORMAT;

use super::Control;
use super::standing::{Build, Committed};

impl Control {
    pub(super) fn state(&self) -> State {
        let standing = self.standing.borrow().clone();
        let beside = standing.proposal.iter().filter(|proposal| matches!(proposal.build, Build::Beside(_)));
        State {
            pod_uid: self.pod_uid.as_str().to_owned(),
            instance: self.instance.clone(),
            ca: self.certificates.authority(),
            formats: vec![FORMAT],
            fence: standing.seen.fence,
            confirmed: standing.confirmed,
            committed: standing.committed.as_ref().map(Committed::agreed),
            prepared: beside.map(super::standing::Proposal::agreed).next(),
            packages: self.packages.list(),
            plugins: self.reports(),
        }
    }

    pub(super) fn plan(&self) -> Result<Arc<CommittedPlan>, Refusal> {
        let committed = self.standing.borrow().committed.clone();
        committed.map(|committed| committed.whole).ok_or_else(|| {
            Refusal::new(RefusalCode::NotFound, "this replica serves no plan yet: prepare and commit one")
        })
    }
}
