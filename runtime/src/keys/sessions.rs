//! What sessions are signed with: random bits that do not follow from any key, so that
//! nobody can try keys against a token.
//!
//! ```text
//! <directory>/.davit/session.key      32 random bytes, made when the first session is opened
//! ```
//!
//! A managed runtime is told what all its replicas share. Where nothing is kept, sessions
//! end with the process.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::lock;
use super::secret;
use super::session::Signer;
use crate::directories::DavitFolder;

const NAME: &str = "session.key";
/// The file's length, in bytes.
const LENGTH: usize = 32;

/// What sessions are signed with, now or once it is needed.
pub(super) struct Sessions {
    /// Where it is kept.
    folder: Option<DavitFolder>,
    /// What is kept or shared, once it is known.
    known: ArcSwapOption<Signer>,
    /// What this process made up.
    own: Option<Signer>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { folder: None, known: ArcSwapOption::empty(), own: Signer::own().ok() }
    }
}

impl Sessions {
    /// Those of all processes on this folder, if there is one. Blocks on the disk.
    pub(super) fn in_folder(folder: Option<DavitFolder>) -> Self {
        let sessions = Self { folder, ..Self::default() };
        sessions.look();
        sessions
    }

    /// None if the system has no random numbers.
    pub(super) fn signer(&self) -> Option<Arc<Signer>> {
        self.known.load_full().or_else(|| self.own.clone().map(Arc::new))
    }

    /// Signs with what all replicas of a managed runtime share from now on.
    pub(super) fn share(&self, secret: [u8; LENGTH]) {
        self.known.store(Some(Arc::new(Signer::shared(secret))));
    }

    /// Takes what another process has made meanwhile. Blocks on the disk.
    pub(super) fn look(&self) {
        if let Some(folder) = self.missing()
            && let Ok(Some(secret)) = kept(folder)
        {
            self.share(secret);
        }
    }

    /// Makes sure that there is something to sign with that survives a restart, if
    /// anything does.
    pub(super) async fn prepare(self: &Arc<Self>) {
        if self.missing().is_some() {
            let sessions = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || sessions.make()).await {
                tracing::error!(%error, "cannot make {NAME}");
            }
        }
    }

    fn make(&self) {
        let Some(folder) = self.missing() else { return };
        match read_or_make(folder) {
            Ok(secret) => self.share(secret),
            Err(error) => {
                let folder = folder.path();
                tracing::error!(%error, folder = %folder.display(), "cannot keep {NAME}: sessions end with this process; make the folder writable, or remove the file if it has not {LENGTH} bytes, and restart");
                self.known.store(self.own.clone().map(Arc::new));
            }
        }
    }

    /// The folder, unless it is known what is kept there.
    fn missing(&self) -> Option<&DavitFolder> {
        self.folder.as_ref().filter(|_| self.known.load().is_none())
    }
}

/// Another process may make it at the same time: the first one counts for both.
fn read_or_make(folder: &DavitFolder) -> io::Result<[u8; LENGTH]> {
    let _lock = lock::take(folder)?;
    if let Some(secret) = kept(folder)? {
        return Ok(secret);
    }
    let secret = secret::random().map_err(io::Error::other)?;
    folder.write(NAME, &secret)?;
    Ok(secret)
}

fn kept(folder: &DavitFolder) -> io::Result<Option<[u8; LENGTH]>> {
    match read(&folder.path().join(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Reads a file that holds what sessions are signed with, 32 bytes, and nothing else.
/// Blocks on the disk.
pub(crate) fn read(path: &Path) -> io::Result<[u8; LENGTH]> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LENGTH as u64 + 1).read_to_end(&mut bytes)?;
    let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, format!("it has not {LENGTH} bytes"));
    bytes.try_into().map_err(wrong)
}
