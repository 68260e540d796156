//! A group that was started: its requests, its state and its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use davit_engine::{Group, GroupState, PluginFailure};
use davit_plugin::reason::{Problem, Reason};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::claims::Claims;
use super::lease::{Farewell, Leases};
use crate::volume::{DataFolder, Tree};

/// How long `onShutdown` may take, all of a group's plugins together
/// (Buntime contract §3).
const SHUTDOWN: Duration = Duration::from_secs(30);
/// How long open requests may go on once another group waits for the place.
pub(super) const HASTE: Duration = Duration::from_secs(3);

/// A started group. Dropping the last handle ends its worker by force.
pub struct Running {
    /// The engine's handle.
    pub group: Arc<dyn Group>,
    /// The names of its plugins.
    pub label: String,
    /// The requests that it answers.
    pub leases: Arc<Leases>,
    /// When it was started.
    pub since: Instant,
    /// When it stopped starting.
    pub settled_at: OnceLock<Instant>,
    /// How often a group of this key was started before and failed.
    pub attempt: u32,
    /// With which groups it may not run at once.
    pub(super) claims: Claims,
    /// Somebody waits for its end.
    hurry: CancellationToken,
    /// It did not start in the time that it had.
    late: AtomicBool,
    held: Held,
}

/// What a group's worker works with on the volume, kept as long as it may run.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// The packages that it reads from.
    pub(super) trees: Vec<Arc<Tree>>,
    /// The folders of its plugins that it writes to.
    pub(super) folders: Vec<Arc<DataFolder>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("state", &self.state())
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

impl Running {
    pub(super) fn new(
        group: Arc<dyn Group>,
        label: String,
        claims: Claims,
        held: Held,
        attempt: u32,
    ) -> Self {
        Self {
            group,
            label,
            leases: Arc::default(),
            since: Instant::now(),
            settled_at: OnceLock::new(),
            attempt,
            claims,
            hurry: CancellationToken::new(),
            late: AtomicBool::new(false),
            held,
        }
    }

    /// What the group is doing.
    pub fn state(&self) -> GroupState {
        match self.late.load(Ordering::Acquire) {
            true => GroupState::Failed(self.claims.plugins().map(too_late).collect()),
            false => self.group.state().borrow().clone(),
        }
    }

    /// Waits until the group is no longer starting.
    pub async fn settled(&self) -> GroupState {
        self.reaches(|state| *state != GroupState::Starting).await;
        self.state()
    }

    /// The same, though for no longer than `settle` after its start, if that is
    /// given.
    pub(super) async fn settled_within(&self, settle: Option<Duration>) {
        match settle.map(|settle| settle.saturating_sub(self.since.elapsed())) {
            Some(left) => drop(timeout(left, self.settled()).await),
            None => drop(self.settled().await),
        }
    }

    /// Whether its process has ended for good.
    pub(super) fn is_over(&self) -> bool {
        is_over(&self.group.state().borrow())
    }

    /// Waits until its process has ended for good.
    pub(super) async fn over(&self) {
        self.reaches(is_over).await;
    }

    async fn reaches(&self, there: impl FnMut(&GroupState) -> bool) {
        let mut state = self.group.state();
        let _ended_with_its_engine = state.wait_for(there).await;
    }

    /// Takes no further requests, answers those in flight for at most `drain`,
    /// then runs `onShutdown` and ends the worker.
    pub async fn retire(&self, farewell: Farewell, drain: Duration) {
        self.leases.close(farewell);
        let too_long = async {
            tokio::select! {
                () = sleep(drain) => {}
                () = async { self.hurry.cancelled().await; sleep(HASTE).await } => {}
            }
        };
        tokio::select! {
            () = self.leases.idle() => {}
            () = too_long => {
                let open = self.leases.in_flight();
                tracing::warn!(open, "requests were still open when the drain time was over; they are cut off");
            }
        }
        self.group.stop(SHUTDOWN).await;
    }

    /// Lets requests go on for a moment only, if it is being retired.
    pub(super) fn hurry(&self) {
        self.hurry.cancel();
    }

    /// Ends a group that has been starting for too long: it has failed.
    pub(super) async fn give_up(&self) {
        self.late.store(true, Ordering::Release);
        self.retire(Farewell::Replaced, Duration::ZERO).await;
    }
}

fn is_over(state: &GroupState) -> bool {
    matches!(state, GroupState::Stopped | GroupState::Failed(_))
}

fn too_late(plugin: &davit_plugin::PluginName) -> PluginFailure {
    let message = "it did not start in the time that requests and other plugins can wait for it: make \
                   onInit shorter";
    PluginFailure::of_plugin(plugin.clone(), Problem::new(Reason::InitTimeout, message))
}
