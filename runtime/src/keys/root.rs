//! The root key: from the environment, or from a file that is read again and again.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::hash::Hash;

/// How often the key's file is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// The most that is read of it, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// The root key, of which only a hash is held.
#[derive(Default)]
pub(super) struct RootKey {
    current: ArcSwapOption<Current>,
    /// Where it is read from again and again.
    file: Option<PathBuf>,
}

/// The root key of a moment.
pub(super) struct Current {
    pub(super) hash: Hash,
}

/// The root key cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the root key from {path}: {source}; check RUNTIME_ROOT_KEY_FILE")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// Too short to be safe.
    #[error("the root key has fewer than 16 characters: take a longer one, e.g. from `openssl rand -hex 32`")]
    TooShort,
}

impl RootKey {
    pub(super) fn of(key: &str) -> Self {
        Self { current: ArcSwapOption::from_pointee(Current::of(key)), file: None }
    }

    /// Reads `RUNTIME_ROOT_KEY`, or the file that `RUNTIME_ROOT_KEY_FILE` names.
    /// The key is no flag, since process arguments can be read by others.
    pub(super) fn from_environment() -> Result<Self, KeyError> {
        match (env::var("RUNTIME_ROOT_KEY"), env::var_os("RUNTIME_ROOT_KEY_FILE")) {
            (Ok(key), _) if !key.is_empty() => Ok(Self::of(&long_enough(key)?)),
            (_, Some(path)) => {
                let path = PathBuf::from(path);
                Ok(Self { file: Some(path.clone()), ..Self::of(&read(&path)?) })
            }
            _ => Ok(Self::default()),
        }
    }

    pub(super) fn current(&self) -> Option<Arc<Current>> {
        self.current.load_full()
    }

    /// Takes the file's new key whenever it has changed: a kubelet swaps the file of
    /// a Secret under a running process. While it holds none, the old one counts.
    pub(super) async fn follow(&self) {
        let Some(path) = &self.file else { return };
        let mut trouble = None;
        loop {
            tokio::time::sleep(EVERY).await;
            let file = path.clone();
            let read = tokio::task::spawn_blocking(move || read(&file)).await;
            match read {
                Ok(Ok(key)) => {
                    trouble = None;
                    self.take(&key);
                }
                Ok(Err(error)) => {
                    let message = error.to_string();
                    if trouble.as_ref() != Some(&message) {
                        tracing::error!("{message}; the key that was there before goes on to count");
                        trouble = Some(message);
                    }
                }
                Err(error) => tracing::error!(%error, "cannot look at the root key's file"),
            }
        }
    }

    /// The key counts from now on, the one before no more.
    pub(super) fn take(&self, key: &str) {
        let new = Current::of(key);
        if !self.current().is_some_and(|old| old.hash.is(&new.hash)) {
            self.current.store(Some(Arc::new(new)));
            tracing::info!("the root key has changed: the new one counts, the old one no longer");
        }
    }
}

impl Current {
    fn of(key: &str) -> Self {
        Self { hash: Hash::of(key.as_bytes()) }
    }
}

fn read(path: &Path) -> Result<String, KeyError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text));
    read.map_err(|source| KeyError::File { path: path.display().to_string(), source })?;
    long_enough(text.trim().to_owned())
}

fn long_enough(key: String) -> Result<String, KeyError> {
    if key.len() < 16 { Err(KeyError::TooShort) } else { Ok(key) }
}
