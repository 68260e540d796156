//! What all replicas sign sessions of the admin API with: a file beside the
//! certificates, which a kubelet swaps under a running process as it does those.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::keys::{Keys, read_session_key};

/// The file's name.
const NAME: &str = "session.key";
/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Signs with what is in the file of `folder` from now on, and then with what it has
/// whenever that changes.
pub(super) struct SessionKey {
    path: PathBuf,
    keys: Arc<Keys>,
    shared: Option<[u8; 32]>,
}

impl SessionKey {
    /// Reads the file. Without it each replica signs for itself, which is logged.
    pub(super) fn share(folder: &Path, keys: Arc<Keys>) -> Self {
        let mut session_key = Self { path: folder.join(NAME), keys, shared: None };
        let found = read_session_key(&session_key.path);
        if let Err(error) = &found {
            tracing::warn!(
                "cannot read {}: {error}; sessions may not hold on other replicas until it is there: the operator \
                 writes it into the Secret that this folder is made of",
                session_key.path.display()
            );
        }
        session_key.take(found.ok());
        session_key
    }

    /// Until it is dropped.
    pub(super) async fn follow(mut self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let path = self.path.clone();
            let found = tokio::task::spawn_blocking(move || read_session_key(&path).ok()).await;
            self.take(found.unwrap_or_default());
        }
    }

    /// A file that is gone, maybe only while it is swapped, changes nothing.
    fn take(&mut self, found: Option<[u8; 32]>) {
        if let Some(key) = found.filter(|_| found != self.shared) {
            self.keys.share_sessions(key);
            self.shared = found;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const KEY: &str = "the-admin-key-of-both";

    /// A replica with this file, and what signs its sessions.
    fn replica(file: Option<&[u8]>) -> (tempfile::TempDir, SessionKey) {
        let folder = tempfile::tempdir().unwrap();
        if let Some(bytes) = file {
            fs::write(folder.path().join(NAME), bytes).unwrap();
        }
        let keys = Arc::new(Keys::root(KEY).managed());
        let session_key = SessionKey::share(folder.path(), keys);
        (folder, session_key)
    }

    async fn opened(replica: &SessionKey) -> String {
        replica.keys.open_session(KEY.as_bytes()).await.unwrap().1.reveal().to_owned()
    }

    fn takes(replica: &SessionKey, session: &str) -> bool {
        replica.keys.check(session.as_bytes()).is_some()
    }

    #[tokio::test]
    async fn a_session_holds_on_every_replica_that_has_the_same_file() {
        let ((_a, one), (_b, same), (_c, other)) =
            (replica(Some(&[7; 32])), replica(Some(&[7; 32])), replica(Some(&[8; 32])));
        let session = opened(&one).await;
        assert!(takes(&same, &session) && !takes(&other, &session));
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_or_no_key_is_done_without() {
        for file in [None, Some(&[7; 31][..]), Some(&[7; 33]), Some(b"")] {
            let (_folder, replica) = replica(file);
            assert_eq!(replica.shared, None);
            assert!(takes(&replica, &opened(&replica).await));
        }
    }

    #[tokio::test]
    async fn a_file_that_goes_leaves_what_was() {
        let (_folder, mut replica) = replica(Some(&[7; 32]));
        let session = opened(&replica).await;
        replica.take(None);
        assert!(takes(&replica, &session));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_changes_counts_within_seconds() {
        let (folder, replica) = replica(Some(&[7; 32]));
        let (keys, before) = (replica.keys.clone(), opened(&replica).await);
        let following = tokio::spawn(replica.follow());
        fs::write(folder.path().join("new"), [9; 32]).unwrap();
        fs::rename(folder.path().join("new"), folder.path().join(NAME)).unwrap();
        let ended = async {
            while keys.check(before.as_bytes()).is_some() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
        following.abort();
    }
}
