//! Ends a worker: `onShutdown`, then SIGTERM, then SIGKILL.

use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::Worker;
use crate::frame::Kind;
use crate::link::Control;
use crate::messages::{Bye, Shutdown};

/// How long a worker may take to leave once it has said goodbye or was asked by
/// a signal.
const LEAVE: Duration = Duration::from_secs(1);

impl Worker {
    /// Runs `onShutdown` in reverse start order, for at most `limit`, and ends
    /// the process with all that it started.
    pub(crate) async fn stop(mut self, limit: Duration) {
        let shutdown = serde_json::to_vec(&Shutdown { timeout_ms: limit.as_millis() }).unwrap_or_default();
        self.link.send(Kind::Shutdown, &shutdown);
        let bye = timeout(limit.saturating_add(LEAVE), bye(&mut self.controls)).await;
        for error in bye.ok().flatten().into_iter().flat_map(|bye| bye.errors) {
            self.printer.shutdown_failed(&error.plugin, &error.message);
        }
        let left = timeout(LEAVE, self.process.ended()).await.is_ok();
        if !left {
            self.process.signal(Signal::TERM);
            let _still_there = timeout(LEAVE, self.process.ended()).await;
        }
        self.kill().await;
    }

    /// Ends the process with all that it started, at once.
    pub(crate) async fn kill(mut self) {
        self.link.close();
        self.process.signal(Signal::KILL);
        let _reaped = timeout(LEAVE, self.process.ended()).await;
    }
}

/// Waits for the worker's goodbye; none if it goes without one.
async fn bye(controls: &mut mpsc::Receiver<Control>) -> Option<Bye> {
    while let Some(control) = controls.recv().await {
        match control {
            Control::Bye(bye) => return Some(bye),
            Control::Lost(_) => return None,
            _ => {}
        }
    }
    None
}
