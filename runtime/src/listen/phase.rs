//! The end of a process, in phases.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What the public port is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All is well.
    Serving,
    /// Not ready any more, but still accepting: load balancers need a moment.
    /// HTTP/1.1 responses carry `Connection: close`, HTTP/2 clients get GOAWAY.
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
    /// phases; `leaving` is how long the port still accepts. Whoever sends a
    /// second signal does not want to wait: the process ends at once, with exit
    /// code 1.
    pub async fn wait(&self, leaving: Duration) -> io::Result<()> {
        let mut signals = Signals::new()?;
        // Not inside of the macro: what is not logged is not evaluated.
        let name = signals.next().await;
        if leaving.is_zero() {
            tracing::info!("{name}: no longer ready; open requests may finish");
        } else {
            let seconds = leaving.as_secs_f32();
            tracing::info!(
                "{name}: no longer ready; connections are taken for {seconds} s more, then open requests may finish"
            );
        }
        tokio::spawn(async move {
            let name = signals.next().await;
            tracing::warn!("{name} while draining: leaving at once");
            std::process::exit(1);
        });
        self.phase.send_replace(Phase::Leaving);
        tokio::time::sleep(leaving).await;
        self.phase.send_replace(Phase::Closing);
        Ok(())
    }
}

/// The signals that end a process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
