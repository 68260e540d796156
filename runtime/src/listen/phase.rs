//! The end of a process, in phases.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What the public port is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All is well.
    Serving,
    /// Not ready any more, but still accepting: load balancers need a moment.
    /// HTTP/1.1 responses carry `Connection: close`.
    Leaving,
    /// Nothing new is accepted.
    Closing,
}

/// Moves through the phases when the process is told to end.
#[derive(Debug)]
pub struct Ending {
    phase: watch::Sender<Phase>,
}

impl Default for Ending {
    fn default() -> Self {
        Self { phase: watch::Sender::new(Phase::Serving) }
    }
}

impl Ending {
    /// The phase and its changes.
    pub fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Waits for SIGTERM or SIGINT, also as process 1, then goes through the
    /// phases; `leaving` is how long the port still accepts.
    pub async fn wait(&self, leaving: Duration) -> io::Result<()> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!("{name}: draining");
        self.phase.send_replace(Phase::Leaving);
        tokio::time::sleep(leaving).await;
        self.phase.send_replace(Phase::Closing);
        Ok(())
    }
}
