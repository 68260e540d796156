//! Which plugin a request is for.

use std::sync::Arc;

use davit_engine::Group;
use davit_plugin::plan::PlannedPlugin;

use super::Arrival;
use crate::assemble::{Assembler, Assets, Code, Lease, Snapshot};

/// The plugin of one snapshot that a request is for.
pub(super) struct Target {
    snapshot: Arc<Snapshot>,
    index: usize,
    /// The group that runs its code, its place there, and the request's lease.
    pub(super) code: Option<(Arc<dyn Group>, usize, Lease)>,
}

impl Target {
    /// Matches the path's first segment with a base of the current snapshot. A
    /// group that was closed in this very moment has a successor in the next
    /// snapshot, which is there already.
    pub(super) fn find(assembler: &Assembler, arrival: &Arrival) -> Option<Self> {
        let (segment, _) = arrival.path.split_base();
        loop {
            let snapshot = assembler.current();
            let (index, served) = snapshot.at(segment)?;
            let code = match &served.code {
                None | Some(Code { runs: Err(_), .. }) => None,
                Some(Code { runs: Ok(running), place, .. }) => match running.leases.take() {
                    Some(lease) => Some((running.group.clone(), *place, lease)),
                    None if Arc::ptr_eq(&snapshot, &assembler.current()) => None,
                    None => continue,
                },
            };
            return Some(Self { snapshot, index, code });
        }
    }

    /// The plugin.
    pub(super) fn plugin(&self) -> &PlannedPlugin {
        &self.snapshot.plan().plugins[self.index]
    }

    /// Its user interface.
    pub(super) fn assets(&self) -> Option<&Assets> {
        self.snapshot.served(self.index).assets.as_deref()
    }

    /// Whether code should answer but there is no group to run it, or only one that
    /// is being ended with the process; or the plugin's package is not there at all.
    pub(super) fn is_down(&self) -> bool {
        let served = self.snapshot.served(self.index);
        self.code.is_none() && (served.code.is_some() || served.tree.is_none())
    }
}
