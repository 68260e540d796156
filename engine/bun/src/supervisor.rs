//! Keeps one group's worker alive: start, serve, replace when it ends or hangs,
//! stop when told.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use davit_engine::{GroupSpec, GroupState, HostInfo, PluginFailure};
use davit_plugin::reason::{Problem, Reason};
use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::group::{Current, Shared};
use crate::home::Home;
use crate::worker::{self, Setting, StartError, Worker};

/// What the supervisor of one group needs.
pub(crate) struct Supervisor {
    pub(crate) bun: PathBuf,
    pub(crate) home: Arc<Home>,
    pub(crate) host: Arc<HostInfo>,
    pub(crate) spec: GroupSpec,
    pub(crate) heartbeat: Duration,
    pub(crate) shared: Arc<Shared>,
    /// Set once: stop, and take so long at most. Its end means the same at once.
    pub(crate) stop: watch::Receiver<Option<Duration>>,
}

impl Supervisor {
    /// Runs until the group is stopped, or its first worker cannot start.
    pub(crate) async fn run(mut self) {
        let first = tokio::select! {
            biased;
            _ = told_to_stop(self.stop.clone()) => return self.set(GroupState::Stopped),
            first = self.start() => first,
        };
        match first {
            Ok(worker) => self.keep_alive(worker).await,
            Err(error) => self.set(GroupState::Failed(self.failures(error))),
        }
    }

    async fn start(&self) -> Result<Worker, StartError> {
        let Self { bun, home, host, spec, .. } = self;
        worker::start(Setting { bun, home, host, spec }, self.shared.peaks.clone()).await
    }

    async fn keep_alive(&mut self, first: Worker) {
        let (mut worker, mut backoff) = (first, Backoff::default());
        loop {
            let since = Instant::now();
            let message = match self.serve(&mut worker).await {
                Over::Stop(limit) => {
                    worker.stop(limit).await;
                    return self.set(GroupState::Stopped);
                }
                Over::Failed(message) => message,
            };
            worker.kill().await;
            match self.replace(message, since, &mut backoff).await {
                Some(next) => worker = next,
                None => return self.set(GroupState::Stopped),
            }
        }
    }

    /// Lets a worker answer until it fails or the group is stopped.
    async fn serve(&self, worker: &mut Worker) -> Over {
        let current = Current { pid: worker.pid, link: worker.link.clone() };
        self.shared.current.store(Some(Arc::new(current)));
        self.set(GroupState::Ready);
        let over = tokio::select! {
            limit = told_to_stop(self.stop.clone()) => Over::Stop(limit),
            end = worker.failed(self.heartbeat) => Over::Failed(end.to_string()),
        };
        self.shared.current.store(None);
        over
    }

    /// Starts workers until one is ready; none if the group is stopped meanwhile.
    async fn replace(
        &mut self,
        mut message: String,
        mut since: Instant,
        backoff: &mut Backoff,
    ) -> Option<Worker> {
        loop {
            let wait = backoff.ended(since);
            self.shared.restarts.fetch_add(1, Ordering::Relaxed);
            self.shared.last_end.store(Some(Arc::new(message.clone())));
            tracing::error!(plugins = self.spec.label(), "{message}; the next one starts in {wait:?}");
            self.set(match backoff.is_crash_loop() {
                true => GroupState::CrashLooping { message },
                false => GroupState::Restarting { message },
            });
            since = Instant::now();
            let next = async {
                tokio::time::sleep(wait).await;
                self.start().await
            };
            let next = tokio::select! {
                _ = told_to_stop(self.stop.clone()) => return None,
                next = next => next,
            };
            match next {
                Ok(worker) => return Some(worker),
                Err(error) => message = format!("the worker could not be started again: {error}"),
            }
        }
    }

    fn set(&self, state: GroupState) {
        self.shared.state.send_replace(state);
    }

    /// Who is at fault for a worker that did not start; without a better clue
    /// it is the first plugin.
    fn failures(&self, error: StartError) -> Vec<PluginFailure> {
        match error {
            StartError::Plugins(failures) => failures,
            error => {
                let problem = Problem::new(Reason::LoadFailed, error.to_string());
                let plugins = self.spec.plugins.iter();
                plugins
                    .map(|plugin| PluginFailure { plugin: plugin.name.clone(), problem: problem.clone() })
                    .collect()
            }
        }
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
