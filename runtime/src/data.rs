//! Looks after the plugins' own folders: who is there, and who has left.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use davit_plugin::PluginName;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::admin::Source;
use crate::assemble::Assembler;
use crate::directories::PluginStatus;
use crate::volume::Volume;

/// How often the folders are looked over, beside after each change.
const LOOK_OVER: Duration = Duration::from_mins(1);

/// Removes the data of plugins that have been gone for a day. Ends with whatever
/// the plugins come from.
pub(crate) async fn look_after(volume: Arc<Volume>, assembler: Arc<Assembler>, source: Source) {
    let mut changes = Changes::of(&source, &assembler);
    let mut again = interval(LOOK_OVER);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let goes_on = tokio::select! {
            _ = again.tick() => true,
            goes_on = changes.next() => goes_on,
        };
        match present(&assembler, &source) {
            Some(present) if goes_on => look_over(volume.clone(), present).await,
            None if goes_on => {}
            _ => return,
        }
    }
}

async fn look_over(volume: Arc<Volume>, present: BTreeSet<PluginName>) {
    let look = move || volume.data().look_over(&present, SystemTime::now()).map(drop);
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "cannot look over the plugins' folders"),
        Err(error) => tracing::error!(%error, "cannot look over the plugins' folders"),
    }
}

/// The plugins that are there; none if nobody knows yet. One that has a folder in a
/// plugin directory has not left, although it may not run.
fn present(assembler: &Assembler, source: &Source) -> Option<BTreeSet<PluginName>> {
    let known = match source {
        Source::Directories(directories) => directories.has_passed().then(|| directories.statuses()),
        Source::Operator(_) => assembler.has_committed().then(|| Arc::from([])),
    };
    let serving = assembler.current();
    let serving = serving.plan().plugins.iter().map(|plugin| plugin.name.clone());
    Some(known?.iter().filter_map(|status| status.name.clone()).chain(serving).collect())
}

/// What tells that plugins may have come or left.
enum Changes {
    Passes(watch::Receiver<Arc<[PluginStatus]>>),
    Swaps(watch::Receiver<u64>),
}

impl Changes {
    fn of(source: &Source, assembler: &Assembler) -> Self {
        match source {
            Source::Directories(directories) => Self::Passes(directories.watch()),
            Source::Operator(_) => Self::Swaps(assembler.swaps()),
        }
    }

    /// Waits for the next one; whether there will be others.
    async fn next(&mut self) -> bool {
        match self {
            Self::Passes(passes) => passes.changed().await.is_ok(),
            Self::Swaps(swaps) => swaps.changed().await.is_ok(),
        }
    }
}
