//! The task that makes passes: at the start, when something changed, when
//! somebody asks for a reload, and again while a directory cannot be read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::Options;
use super::davit_folder::{DavitFolder, first_is_built_in};
use super::folders::{Root, Unread};
use super::handle::{Ask, Asker, Handle, Installed, ReloadError, Reloaded};
use super::incoming::Reception;
use super::install_error::{InstallError, RemoveError};
use super::pass::{Passes, Report};
use super::scan::Packing;
use super::status::PluginStatus;
use super::switches::SwitchError;
use crate::assemble::Assembler;
use crate::listen::Phase;
use crate::volume::Volume;

/// How soon a directory that could not be read is looked at again.
const AGAIN: Duration = Duration::from_secs(2);

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
    let packing = Packing::new(volume, &options);
    let reception = Reception::new(options.roots.clone(), packing.clone());
    let directories = options.roots.clone();
    let passes = Passes::new(options, assembler, packing);
    let task = tokio::spawn(async move {
        let _swept = tokio::task::spawn_blocking(move || sweep(&directories)).await;
        tokio::select! {
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => {}
            () = run(passes, asked, changes, publish) => {}
        }
    });
    (Handle::new(asks, statuses, reception), task)
}

/// Removes what an earlier process left in the directories that are Davit's to write to.
fn sweep(roots: &[Root]) {
    for root in &roots[usize::from(first_is_built_in(roots)).min(roots.len())..] {
        if let Some(davit) = DavitFolder::within(root.path()) {
            davit.sweep();
        }
    }
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
            let statuses = publish.borrow().clone();
            waiting.extend(take(&mut passes, ask, &statuses).await);
            next = asked.try_recv().ok();
        }
    }
}

/// Does what is asked for, as far as it is done between two passes; who waits for the
/// next one.
async fn take(passes: &mut Passes, ask: Ask, statuses: &[PluginStatus]) -> Option<Waiting> {
    match ask {
        Ask::Changed => None,
        Ask::Reload(asker) => {
            passes.replace_all();
            Some(Waiting::Reload(asker))
        }
        Ask::Switch { name, enabled, asker } => match passes.switch(&name, enabled, statuses).await {
            Ok(()) => Some(Waiting::Switch(asker)),
            Err(error) => asker.refuse(error),
        },
        Ask::Install { staged, asker } => match passes.install(*staged, statuses).await {
            Ok(installed) => Some(Waiting::Install(asker, installed)),
            Err(error) => asker.refuse(error),
        },
        Ask::Remove { name, asker } => match passes.remove(name, statuses).await {
            Ok(()) => Some(Waiting::Remove(asker)),
            Err(error) => asker.refuse(error),
        },
    }
}

/// Who waits for a pass.
enum Waiting {
    Reload(Asker<(), ReloadError>),
    Switch(Asker<(), SwitchError>),
    Install(Asker<Installed, InstallError>, Installed),
    Remove(Asker<(), RemoveError>),
}

impl Waiting {
    fn tell(self, done: Reloaded) {
        // What was written down or moved has been read; another directory does not matter.
        let done_here = done.clone().or_else(|error| match error {
            ReloadError::Unread => Ok(()),
            error => Err(error),
        });
        match self {
            Self::Reload(asker) => asker.tell(done),
            Self::Switch(asker) => asker.tell(done_here.map_err(SwitchError::Later)),
            Self::Install(asker, installed) => {
                asker.tell(done_here.map(|()| installed).map_err(InstallError::Later));
            }
            Self::Remove(asker) => asker.tell(done_here.map_err(RemoveError::Later)),
        }
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
