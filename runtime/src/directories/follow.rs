//! The task that makes passes: at the start, when something changed, when
//! somebody asks for a reload, and again while a directory cannot be read.

use std::sync::Arc;
use std::time::Duration;

use davit_plugin::PluginName;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::Options;
use super::folders::Unread;
use super::pass::{Passes, Report};
use super::status::PluginStatus;
use super::switches::SwitchError;
use crate::assemble::Assembler;
use crate::listen::Phase;
use crate::volume::Volume;

/// How soon a directory that could not be read is looked at again.
const AGAIN: Duration = Duration::from_secs(2);

type Reloaded = Result<(), ReloadError>;
type Switched = Result<(), SwitchError>;

/// Asks the following task for something.
#[derive(Clone)]
pub struct Handle {
    asks: mpsc::Sender<Ask>,
    statuses: watch::Receiver<Arc<[PluginStatus]>>,
}

enum Ask {
    Changed,
    Reload(oneshot::Sender<Reloaded>),
    Switch { name: PluginName, enabled: bool, done: oneshot::Sender<Switched> },
}

/// A reload did not do all that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// The task has ended with its process.
    #[error("the runtime is shutting down: ask the next one")]
    Stopped,
    /// A directory could not be looked into.
    #[error("a plugin directory cannot be read: the log names it; what serves of it goes on")]
    Unread,
    /// No plan could be made.
    #[error("the reload failed: the log says why; what served before goes on")]
    Failed,
}

impl Handle {
    /// Says that something on disk may have changed. Never waits: a pass that
    /// has not begun yet will see it anyway.
    pub fn changed(&self) {
        let _one_is_queued = self.asks.try_send(Ask::Changed);
    }

    /// Replaces every group and returns when what is on disk serves, as far as
    /// it can.
    pub async fn reload(&self) -> Result<Arc<[PluginStatus]>, ReloadError> {
        let (done, finished) = oneshot::channel();
        self.asks.send(Ask::Reload(done)).await.map_err(|_| ReloadError::Stopped)?;
        finished.await.map_err(|_| ReloadError::Stopped)??;
        Ok(self.statuses())
    }

    /// Turns a plugin on, whatever its manifest says, and returns when it serves, as
    /// far as it can. Outlives the process. Of several folders of the name it is the
    /// first one's.
    pub async fn enable(&self, name: PluginName) -> Result<Arc<[PluginStatus]>, SwitchError> {
        self.switch(name, true).await
    }

    /// Turns a plugin off, whatever its manifest says, and returns when it has left.
    /// Outlives the process. A later folder of the same name takes its place.
    pub async fn disable(&self, name: PluginName) -> Result<Arc<[PluginStatus]>, SwitchError> {
        self.switch(name, false).await
    }

    async fn switch(&self, name: PluginName, enabled: bool) -> Result<Arc<[PluginStatus]>, SwitchError> {
        let (done, finished) = oneshot::channel();
        let ask = Ask::Switch { name, enabled, done };
        self.asks.send(ask).await.map_err(|_| ReloadError::Stopped)?;
        finished.await.map_err(|_| ReloadError::Stopped)??;
        Ok(self.statuses())
    }

    /// How each plugin fared at the last pass.
    pub fn statuses(&self) -> Arc<[PluginStatus]> {
        self.statuses.borrow().clone()
    }

    /// Whether the first pass is over and its statuses are told.
    pub fn has_passed(&self) -> bool {
        // A handle only looks at the statuses and never marks them as seen; they
        // can be gone only once the process ends.
        self.statuses.has_changed().unwrap_or(true)
    }

    /// The statuses and their changes; empty before the first pass.
    pub fn watch(&self) -> watch::Receiver<Arc<[PluginStatus]>> {
        self.statuses.clone()
    }
}

/// Starts to follow directories; the first pass begins at once. Ends, also in
/// the middle of a pass, as soon as the process is told to.
pub fn follow(
    options: Options,
    assembler: Arc<Assembler>,
    volume: Arc<Volume>,
    mut phase: watch::Receiver<Phase>,
) -> (Handle, JoinHandle<()>) {
    let (asks, asked) = mpsc::channel(16);
    let (publish, statuses) = watch::channel(Arc::from([]));
    let changes = assembler.changes();
    let passes = Passes::new(options, assembler, volume);
    let task = tokio::spawn(async move {
        tokio::select! {
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => {}
            () = run(passes, asked, changes, publish) => {}
        }
    });
    (Handle { asks, statuses }, task)
}

async fn run(
    mut passes: Passes,
    mut asked: mpsc::Receiver<Ask>,
    mut changes: watch::Receiver<u64>,
    publish: watch::Sender<Arc<[PluginStatus]>>,
) {
    let (mut waiting, mut unread) = (Vec::<Waiting>::new(), Vec::new());
    loop {
        changes.mark_unchanged();
        let done = match passes.make().await {
            Ok(report) => tell(&publish, report, &mut unread),
            Err(error) => {
                tracing::error!("{error}");
                Err(ReloadError::Failed)
            }
        };
        waiting.drain(..).for_each(|asker| asker.tell(done.clone()));
        let first = tokio::select! {
            ask = asked.recv() => match ask {
                Some(ask) => ask,
                None => return,
            },
            Ok(()) = changes.changed() => Ask::Changed,
            () = tokio::time::sleep(AGAIN), if done.is_err() => Ask::Changed,
        };
        // Whatever has come meanwhile is part of the same pass.
        let mut next = Some(first);
        while let Some(ask) = next {
            match ask {
                Ask::Changed => {}
                Ask::Reload(done) => {
                    passes.replace_all();
                    waiting.push(Waiting::Reload(done));
                }
                Ask::Switch { name, enabled, done } => {
                    let statuses = publish.borrow().clone();
                    match passes.switch(&name, enabled, &statuses).await {
                        Ok(()) => waiting.push(Waiting::Switch(done)),
                        Err(error) => drop(done.send(Err(error))),
                    }
                }
            }
            next = asked.try_recv().ok();
        }
    }
}

/// Who waits for a pass.
enum Waiting {
    Reload(oneshot::Sender<Reloaded>),
    Switch(oneshot::Sender<Switched>),
}

impl Waiting {
    fn tell(self, done: Reloaded) {
        let _nobody_waits = match self {
            Self::Reload(asker) => asker.send(done).is_err(),
            // What was written down has been read; another directory does not matter.
            Self::Switch(asker) if done == Err(ReloadError::Unread) => asker.send(Ok(())).is_err(),
            Self::Switch(asker) => asker.send(done.map_err(SwitchError::Later)).is_err(),
        };
    }
}

/// Publishes what came of a pass and logs what is new in it.
fn tell(publish: &watch::Sender<Arc<[PluginStatus]>>, report: Report, unread: &mut Vec<Unread>) -> Reloaded {
    let before = publish.borrow().clone();
    for status in &report.statuses {
        let old = before.iter().find(|old| old.folder == status.folder);
        status.log_changes(old);
    }
    for error in report.unread.iter().filter(|error| !unread.contains(error)) {
        tracing::error!("{error}");
    }
    *unread = report.unread;
    publish.send_replace(report.statuses.into());
    if unread.is_empty() { Ok(()) } else { Err(ReloadError::Unread) }
}
