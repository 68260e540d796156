//! Which plugin a request is for.

use std::sync::Arc;

use davit_engine::Group;
use davit_plugin::plan::PlannedPlugin;

use super::Arrival;
use crate::assemble::{Assets, Code, Lease, Shelf, Snapshot};
use crate::meter::Meter;

/// The plugin of one snapshot that a request is for.
pub(super) struct Target {
    snapshot: Arc<Snapshot>,
    index: usize,
    /// The group that runs its code, its place there, and the request's lease.
    pub(super) code: Option<(Arc<dyn Group>, usize, Lease)>,
}

/// What a snapshot has for a request.
pub(super) enum Taken {
    /// Nobody serves its path.
    Nobody,
    /// A plugin; its group counts the request in, if it has one.
    Here(Target),
    /// A plugin whose group takes no further requests.
    Closed(Target),
}

impl Target {
    /// Matches the path's first segment with a base of the snapshot.
    pub(super) fn find(snapshot: &Arc<Snapshot>, arrival: &Arrival) -> Taken {
        let (segment, _) = arrival.path.split_base();
        let Some((index, served)) = snapshot.at(segment) else { return Taken::Nobody };
        let target = |code| Self { snapshot: snapshot.clone(), index, code };
        match &served.code {
            None | Some(Code { runs: Err(_), .. }) => Taken::Here(target(None)),
            Some(Code { runs: Ok(running), place, .. }) => match running.leases.take() {
                Some(lease) => {
                    let lease = lease.counted_by(&served.meter);
                    Taken::Here(target(Some((running.group.clone(), *place, lease))))
                }
                None => Taken::Closed(target(None)),
            },
        }
    }

    /// The plugin.
    pub(super) fn plugin(&self) -> &PlannedPlugin {
        &self.snapshot.plan().plugins[self.index]
    }

    /// What is counted of it.
    pub(super) fn meter(&self) -> &Arc<Meter> {
        &self.snapshot.served(self.index).meter
    }

    /// Its user interface.
    pub(super) fn assets(&self) -> Option<&Assets> {
        self.snapshot.served(self.index).assets.as_deref()
    }

    /// What is left of its former packages' files.
    pub(super) fn shelf(&self) -> &Shelf {
        &self.snapshot.served(self.index).shelf
    }

    /// Whether code should answer, or the plugin's package is not there at all.
    pub(super) fn lacks_code(&self) -> bool {
        let served = self.snapshot.served(self.index);
        served.code.is_some() || served.tree.is_none()
    }
}
