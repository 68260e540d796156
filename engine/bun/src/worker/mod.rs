//! One worker process: start it, let its plugins start, watch it, end it.

mod end;
mod launch;
mod process;
mod progress;
mod start;

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::Hooks;
use tokio::sync::mpsc;

use crate::link::{Control, Link, Lost};
use crate::output::Printer;
use process::Process;

pub(crate) use start::{Setting, StartError, start};

/// How often a worker is asked for a sign of life: a few times in each heartbeat
/// limit, within these bounds.
const SHORTEST_BEAT: Duration = Duration::from_millis(10);
const LONGEST_BEAT: Duration = Duration::from_secs(1);

/// A worker whose plugins are ready.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Process,
    pub(crate) pid: u32,
    pub(crate) link: Arc<Link>,
    /// By the plugin's index in the group's spec.
    pub(crate) hooks: Vec<Hooks>,
    controls: mpsc::Receiver<Control>,
    printer: Arc<Printer>,
}

/// How a worker ended without having been asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum End {
    #[error("the worker ended by itself ({0})")]
    Exited(ExitStatus),
    #[error("the worker gave no sign of life for {0:?}, so it was killed: a plugin blocks it")]
    Hung(Duration),
    #[error("the worker closed its connection")]
    Closed,
    #[error("the worker broke the protocol: it sent {0}")]
    Protocol(#[from] crate::frame::ProtocolError),
}

impl Worker {
    /// Waits until the worker ends, sends what it must not, or has not answered
    /// for `heartbeat`. It may still run then: end it.
    pub(crate) async fn failed(&mut self, heartbeat: Duration) -> End {
        self.link.reset_silence();
        let mut beat = tokio::time::interval(beat(heartbeat));
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                status = self.process.ended() => return status.map_or(End::Closed, End::Exited),
                control = self.controls.recv() => match control {
                    None => return End::Closed,
                    Some(Control::Lost(Lost::Closed)) => return self.explain_eof().await,
                    Some(Control::Lost(Lost::Protocol(error))) => return End::Protocol(error),
                    Some(other) => tracing::debug!(?other, "a worker said something out of turn"),
                },
                _ = beat.tick() => {
                    if self.link.silence() > heartbeat {
                        return End::Hung(heartbeat);
                    }
                    self.link.ping();
                }
            }
        }
    }

    /// The socket closes a moment before the process is gone: its exit says more.
    async fn explain_eof(&mut self) -> End {
        let exit = tokio::time::timeout(Duration::from_millis(500), self.process.ended()).await;
        exit.ok().and_then(Result::ok).map_or(End::Closed, End::Exited)
    }
}

/// How often to ask for a sign of life.
fn beat(heartbeat: Duration) -> Duration {
    (heartbeat / 4).clamp(SHORTEST_BEAT, LONGEST_BEAT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_signs_of_life_at_a_bearable_pace_whatever_the_limit() {
        let beats = [Duration::ZERO, Duration::from_millis(400), Duration::MAX].map(beat);
        assert_eq!(beats, [SHORTEST_BEAT, Duration::from_millis(100), LONGEST_BEAT]);
    }
}
