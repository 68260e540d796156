//! Tells whoever makes it live when something that a person named has changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use davit_runtime::directories::Handle;
use notify::Event;
use notify::event::{AccessKind, AccessMode, EventKind};
use tokio::sync::mpsc;

use super::given::Given;
use super::resources::Follower;
use super::tree::Tree;

/// A save is several events; the pass starts when none has come for this long,
const QUIET: Duration = Duration::from_millis(10);
/// or at the latest when the first is this old.
const PATIENCE: Duration = Duration::from_millis(100);

/// When the change that is being made live was seen first.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes(Arc<Mutex<Option<Instant>>>);

impl Changes {
    fn seen(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
    }

    /// How long ago the change was seen; the next one starts anew.
    pub(super) fn take(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(|seen| seen.elapsed())
    }
}

/// Who is told of a change.
enum Told {
    /// The runtime.
    Directories(Handle),
    /// Who reads the resources first, and tells the runtime then.
    Resources(mpsc::Sender<()>),
}

impl Told {
    fn tell(&self) {
        match self {
            Self::Directories(directories) => directories.changed(),
            Self::Resources(changes) => {
                let _one_is_queued = changes.try_send(());
            }
        }
    }
}

/// Watches every folder below those that were named, `node_modules` and dot
/// entries apart, and the folders around files with resources.
pub(super) fn follow(
    given: &Given,
    resources: Option<Follower>,
    directories: &Handle,
) -> notify::Result<Changes> {
    // Holding one event is enough: which one it was does not matter.
    let (events, seen) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_change(event.kind)) {
            let _one_is_queued = events.try_send(());
        }
    })?;
    let changes = Changes::default();
    let mut tree = Tree::new(watcher, given.clone());
    tree.refresh();
    let told = match resources {
        None => Told::Directories(directories.clone()),
        Some(resources) => {
            let (teller, told) = mpsc::channel(1);
            tokio::spawn(resources.follow(directories.clone(), told));
            Told::Resources(teller)
        }
    };
    tokio::spawn(run(tree, seen, told, changes.clone()));
    Ok(changes)
}

async fn run(mut tree: Tree, mut seen: mpsc::Receiver<()>, told: Told, changes: Changes) {
    while seen.recv().await.is_some() {
        changes.seen();
        let first = Instant::now();
        while first.elapsed() < PATIENCE
            && matches!(tokio::time::timeout(QUIET, seen.recv()).await, Ok(Some(())))
        {}
        tree.refresh();
        told.tell();
    }
}

/// Reading a file is no change, and neither is opening it; the end of writing is.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}
