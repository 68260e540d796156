//! Keeps one group's worker alive: start, serve, replace when it ends or hangs,
//! stop when told.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use davit_engine::{GroupSpec, GroupState, HostInfo, PluginFailure, PluginSpec};
use davit_plugin::reason::{Problem, Reason};
use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::group::{Current, Shared};
use crate::home::Home;
use crate::output::Printer;
use crate::worker::{self, Setting, StartError, Worker};

/// What the supervisor of one group needs.
pub(crate) struct Supervisor {
    pub(crate) bun: PathBuf,
    pub(crate) home: Arc<Home>,
    pub(crate) host: Arc<HostInfo>,
    pub(crate) spec: GroupSpec,
    pub(crate) printer: Arc<Printer>,
    pub(crate) heartbeat: Duration,
    pub(crate) shared: Arc<Shared>,
    /// Set once: stop, and take so long at most. Its end means the same at once.
    pub(crate) stop: watch::Receiver<Option<Duration>>,
}

impl Supervisor {
    /// Runs until the group is stopped, or its first worker cannot start. The
    /// group is over then, whatever happens.
    pub(crate) async fn run(self) {
        let _over = Ending(self.shared.clone());
        match self.start().await {
            Ok(worker) => self.keep_alive(worker).await,
            Err(StartError::Stopped) => {}
            Err(error) => self.set(GroupState::Failed(self.failures(error))),
        }
    }

    async fn start(&self) -> Result<Worker, StartError> {
        let Self { bun, home, host, spec, printer, .. } = self;
        let stop = told_to_stop(self.stop.clone());
        worker::start(Setting { bun, home, host, spec, printer }, self.shared.peaks.clone(), stop).await
    }

    /// Until the group is stopped.
    async fn keep_alive(&self, first: Worker) {
        let (mut worker, mut backoff) = (first, Backoff::default());
        loop {
            let since = Instant::now();
            let message = match self.serve(&mut worker).await {
                Over::Stop(limit) => return worker.stop(limit).await,
                Over::Failed(message) => message,
            };
            let ran = since.elapsed();
            worker.kill().await;
            match self.replace(message, ran, &mut backoff).await {
                Some(next) => worker = next,
                None => return,
            }
        }
    }

    /// Lets a worker answer until it fails or the group is stopped.
    async fn serve(&self, worker: &mut Worker) -> Over {
        let current = Current { pid: worker.pid, link: worker.link.clone() };
        self.shared.hooks.store(Some(Arc::new(worker.hooks.clone())));
        self.shared.current.store(Some(Arc::new(current)));
        self.shared.tell_live();
        self.set(GroupState::Ready);
        let over = tokio::select! {
            limit = told_to_stop(self.stop.clone()) => Over::Stop(limit),
            end = worker.failed(self.heartbeat) => Over::Failed(end.to_string()),
        };
        self.shared.current.store(None);
        over
    }

    /// Starts workers until one is ready, after one that had been for `ran`; none
    /// if the group is stopped meanwhile.
    async fn replace(&self, mut message: String, ran: Duration, backoff: &mut Backoff) -> Option<Worker> {
        let mut ran = Some(ran);
        loop {
            let wait = backoff.ended(ran.take());
            self.shared.restarts.fetch_add(1, Ordering::Relaxed);
            self.shared.last_end.store(Some(Arc::new(message.clone())));
            let soon = if wait.is_zero() { "at once".to_owned() } else { format!("in {wait:?}") };
            self.printer.worker(&format!("{message}; the next one starts {soon}"));
            self.set(match backoff.is_crash_loop() {
                true => GroupState::CrashLooping { message },
                false => GroupState::Restarting { message },
            });
            tokio::select! {
                _ = told_to_stop(self.stop.clone()) => return None,
                () = tokio::time::sleep(wait) => {}
            }
            match self.start().await {
                Ok(worker) => return Some(worker),
                Err(StartError::Stopped) => return None,
                Err(error) => message = format!("the worker could not be started again: {error}"),
            }
        }
    }

    fn set(&self, state: GroupState) {
        self.shared.state.send_replace(state);
    }

    /// Who is at fault for a worker that did not start; without a better clue
    /// all of its plugins. What the system refused it may grant later.
    fn failures(&self, error: StartError) -> Vec<PluginFailure> {
        match error {
            StartError::Plugins(failures) => failures,
            error => {
                let problem = Problem::new(Reason::LoadFailed, error.to_string());
                let curable = matches!(error, StartError::Process(_));
                let failure = |plugin: &PluginSpec| PluginFailure {
                    plugin: plugin.name.clone(),
                    problem: problem.clone(),
                    curable,
                };
                self.spec.plugins.iter().map(failure).collect()
            }
        }
    }
}

/// The end of a supervisor, also by a panic: nobody waits for it in vain.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.current.store(None);
        self.0.state.send_if_modified(|state| {
            let failed = matches!(state, GroupState::Failed(_));
            if !failed {
                *state = GroupState::Stopped;
            }
            !failed
        });
    }
}

enum Over {
    Stop(Duration),
    Failed(String),
}

/// Waits for the word to stop; a handle that was dropped stops at once.
async fn told_to_stop(mut stop: watch::Receiver<Option<Duration>>) -> Duration {
    match stop.wait_for(Option::is_some).await {
        Ok(limit) => limit.unwrap_or_default(),
        Err(_) => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use davit_engine::Group;

    use super::*;
    use crate::group::BunGroup;

    #[tokio::test]
    async fn stop_returns_although_the_supervisor_panicked() {
        let shared = Arc::new(Shared::new());
        let ending = Ending(shared.clone());
        let supervisor = tokio::spawn(async move {
            let _over = ending;
            panic!("as a supervisor may by a mistake of ours");
        });
        assert!(supervisor.await.is_err());
        let group = BunGroup { shared, stop: watch::Sender::new(None) };
        tokio::time::timeout(Duration::from_secs(10), group.stop(Duration::ZERO)).await.unwrap();
        assert_eq!(*group.state().borrow(), GroupState::Stopped);
    }
}
