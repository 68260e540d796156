//! What a group is doing.

use davit_plugin::PluginName;
use davit_plugin::reason::{Problem, Reason};

/// A group's state. It moves from `Starting` to `Ready` or `Failed`; a group
/// that was ready once goes on until it is stopped, restarting when it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupState {
    /// The first worker is starting.
    Starting,
    /// The worker answers requests.
    Ready,
    /// The first worker could not start; the group is over.
    Failed(Vec<PluginFailure>),
    /// The worker ended or hung; another one is on its way.
    Restarting {
        /// What happened.
        message: String,
    },
    /// Workers end again and again; the next try waits for longer.
    CrashLooping {
        /// What happened last.
        message: String,
    },
    /// [`crate::Group::stop`] was called; the group is over.
    Stopped,
}

/// Why one plugin keeps its group from starting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFailure {
    /// The plugin at fault.
    pub plugin: PluginName,
    /// What it did.
    pub problem: Problem,
    /// Whether the same start may succeed later: what it needs may come back.
    /// Code that cannot be loaded stays so until it is changed.
    pub curable: bool,
}

impl PluginFailure {
    /// What a plugin itself did: its `onInit` may be luckier later, nothing else.
    pub fn of_plugin(plugin: PluginName, problem: Problem) -> Self {
        let curable = matches!(problem.reason, Reason::InitFailed | Reason::InitTimeout);
        Self { plugin, problem, curable }
    }
}

/// Numbers of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupStats {
    /// The worker's process id, while there is one.
    pub pid: Option<u32>,
    /// Workers that ended or hung since the group was started.
    pub restarts: u64,
    /// How the last of them ended.
    pub last_end: Option<String>,
    /// Requests in flight.
    pub in_flight: usize,
    /// The most bytes that one request's body had in flight to the worker
    /// before the worker acknowledged them.
    pub peak_unacknowledged_upload: usize,
    /// The same for one response's body.
    pub peak_unacknowledged_download: usize,
}
