//! Ends a worker: `onShutdown`, then SIGTERM, then SIGKILL.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::timeout;

use super::{Worker, start};
use crate::frame::Kind;
use crate::messages::Shutdown;

/// How long a worker may take to leave once it has said goodbye or was asked by
/// a signal.
const LEAVE: Duration = Duration::from_secs(1);

impl Worker {
    /// Runs `onShutdown` in reverse start order, for at most `limit`, and ends
    /// the process with all that it started.
    pub(crate) async fn stop(mut self, limit: Duration) {
        let shutdown = serde_json::to_vec(&Shutdown { timeout_ms: limit.as_millis() }).unwrap_or_default();
        self.link.send(Kind::Shutdown, &shutdown);
        let bye = timeout(limit + LEAVE, start::drain(&mut self.controls)).await;
        for error in bye.ok().flatten().into_iter().flat_map(|bye| bye.errors) {
            tracing::error!(target: "plugin", plugin = error.plugin, "onShutdown failed: {}", error.message);
        }
        let left = timeout(LEAVE, self.child.wait()).await.is_ok();
        if !left {
            self.signal(Signal::TERM);
            let _still_there = timeout(LEAVE, self.child.wait()).await;
        }
        self.kill().await;
    }

    /// Ends the process with all that it started, at once.
    pub(crate) async fn kill(mut self) {
        self.link.close();
        self.signal(Signal::KILL);
        let _reaped = timeout(LEAVE, self.child.wait()).await;
    }

    /// Signals the worker's process group: the worker and its own children.
    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            let _already_gone = kill_process_group(group, signal);
        }
    }
}
