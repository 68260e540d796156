//! The task that makes passes: at the start, when something changed, and when
//! somebody asks for a reload.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::Options;
use super::pass::Passes;
use super::status::PluginStatus;
use crate::assemble::Assembler;
use crate::volume::Volume;

/// Asks the following task for something.
#[derive(Clone)]
pub struct Handle {
    asks: mpsc::Sender<Ask>,
    statuses: watch::Receiver<Arc<[PluginStatus]>>,
}

enum Ask {
    Changed,
    Reload(oneshot::Sender<()>),
}

/// The following task has ended with its process.
#[derive(Debug, thiserror::Error)]
#[error("the runtime is shutting down: ask the next one")]
pub struct Stopped;

impl Handle {
    /// Says that something on disk may have changed. Never waits: a pass that
    /// has not begun yet will see it anyway.
    pub fn changed(&self) {
        let _one_is_queued = self.asks.try_send(Ask::Changed);
    }

    /// Replaces every group and returns when what is on disk serves, as far as
    /// it can.
    pub async fn reload(&self) -> Result<Arc<[PluginStatus]>, Stopped> {
        let (done, finished) = oneshot::channel();
        self.asks.send(Ask::Reload(done)).await.map_err(|_| Stopped)?;
        finished.await.map_err(|_| Stopped)?;
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

/// Starts to follow directories; the first pass begins at once. Ends when every
/// handle is gone.
pub fn follow(options: Options, assembler: Arc<Assembler>, volume: Arc<Volume>) -> Handle {
    let (asks, asked) = mpsc::channel(16);
    let (publish, statuses) = watch::channel(Arc::from([]));
    let changes = assembler.changes();
    let passes = Passes::new(options, assembler, volume);
    tokio::spawn(run(passes, asked, changes, publish));
    Handle { asks, statuses }
}

async fn run(
    mut passes: Passes,
    mut asked: mpsc::Receiver<Ask>,
    mut changes: watch::Receiver<u64>,
    publish: watch::Sender<Arc<[PluginStatus]>>,
) {
    let mut waiting = Vec::new();
    loop {
        changes.mark_unchanged();
        match passes.make().await {
            Ok(statuses) => report(&publish, statuses),
            Err(error) => tracing::error!("{error}"),
        }
        for done in waiting.drain(..) {
            let _nobody_waits = oneshot::Sender::send(done, ());
        }
        let first = tokio::select! {
            ask = asked.recv() => match ask {
                Some(ask) => ask,
                None => return,
            },
            Ok(()) = changes.changed() => Ask::Changed,
        };
        // Whatever has come meanwhile is part of the same pass.
        let mut next = Some(first);
        while let Some(ask) = next {
            if let Ask::Reload(done) = ask {
                passes.replace_all();
                waiting.push(done);
            }
            next = asked.try_recv().ok();
        }
    }
}

/// Publishes the statuses and logs what is new in them.
fn report(publish: &watch::Sender<Arc<[PluginStatus]>>, statuses: Vec<PluginStatus>) {
    let before = publish.borrow().clone();
    for status in &statuses {
        let old = before.iter().find(|old| old.folder == status.folder);
        if let Some(serving) = status
            .serving
            .as_ref()
            .filter(|serving| old.and_then(|old| old.serving.as_ref()) != Some(serving))
        {
            let (path, version) = (status.path().display(), &serving.version);
            tracing::info!(%version, "[PluginLoader] Loaded: {} ({path})", status.label());
        }
        if let Some(problem) = status
            .problem
            .as_ref()
            .filter(|problem| old.and_then(|old| old.problem.as_ref()) != Some(problem))
        {
            tracing::warn!(plugin = status.label(), reason = %problem.reason, serving = status.serving.is_some(), "{}", problem.message);
        }
    }
    publish.send_replace(statuses.into());
}
