//! Somebody who stays connected, and comes again when told to.

use davit_tests::PATIENCE;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What a follower has seen: the newest version, and how much in all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) version: u32,
    pub(super) count: u64,
}

/// A follower at work; it fails at the first thing that is not as it must be.
pub(super) struct Follower {
    seen: watch::Receiver<Seen>,
    task: JoinHandle<Result<(), String>>,
}

impl Follower {
    pub(super) fn start<F>(work: impl FnOnce(watch::Sender<Seen>) -> F) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let (sender, seen) = watch::channel(Seen::default());
        Self { seen, task: tokio::spawn(work(sender)) }
    }

    /// Waits until it sees this version.
    pub(super) async fn sees(&mut self, version: u32) {
        let sees = self.seen.wait_for(|seen| seen.version == version);
        let came = timeout(PATIENCE, sees).await.map(|seen| seen.is_ok());
        match came {
            Ok(true) => {}
            Ok(false) => panic!("it failed: {:?}", (&mut self.task).await),
            Err(late) => panic!("version {version} was not seen in time: {late}"),
        }
    }

    /// Ends it. How much it has seen.
    pub(super) fn stop(self) -> u64 {
        assert!(!self.task.is_finished(), "it goes on until it is told to end");
        self.task.abort();
        self.seen.borrow().count
    }
}

/// Counts one thing in that a version has said.
pub(super) fn count(seen: &watch::Sender<Seen>, version: u32) {
    seen.send_modify(|seen| *seen = Seen { version, count: seen.count + 1 });
}
