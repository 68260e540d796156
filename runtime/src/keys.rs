//! Davit's keys. So far the one root key.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// How often the key's file is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// The most that is read of it, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// The holder of the root key: everything is allowed.
    Root,
    /// Somebody at this machine, without a key (`davit dev` only).
    Local,
}

/// The keys that count. Only hashes are held.
#[derive(Default)]
pub struct Keys {
    root: ArcSwapOption<[u8; 32]>,
    /// Where the root key is read from again and again.
    file: Option<PathBuf>,
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

impl Keys {
    /// No key: nobody is let in.
    pub fn none() -> Self {
        Self::default()
    }

    /// One root key.
    pub fn root(key: &str) -> Self {
        Self { root: ArcSwapOption::from_pointee(hash(key.as_bytes())), file: None }
    }

    /// Reads `RUNTIME_ROOT_KEY`, or the file that `RUNTIME_ROOT_KEY_FILE` names.
    /// The key is no flag, since process arguments can be read by others.
    pub fn from_environment() -> Result<Self, KeyError> {
        match (env::var("RUNTIME_ROOT_KEY"), env::var_os("RUNTIME_ROOT_KEY_FILE")) {
            (Ok(key), _) if !key.is_empty() => Ok(Self::root(&long_enough(key)?)),
            (_, Some(path)) => Self::in_file(PathBuf::from(path)),
            _ => Ok(Self::none()),
        }
    }

    /// Reads the root key from a file, and again whenever it changes there, as long
    /// as [`follow`](Self::follow) runs.
    pub fn in_file(path: PathBuf) -> Result<Self, KeyError> {
        let keys = Self::root(&read(&path)?);
        Ok(Self { file: Some(path), ..keys })
    }

    /// Whether there is any key.
    pub fn any(&self) -> bool {
        self.root.load().is_some()
    }

    /// Whose key this is. Takes the same time for every wrong key.
    pub fn check(&self, sent: &[u8]) -> Option<Principal> {
        let sent = hash(sent);
        let right = self.root.load().as_ref().is_some_and(|root| root.ct_eq(&sent).into());
        right.then_some(Principal::Root)
    }

    /// Takes the file's new key whenever it has changed: a kubelet swaps the file of
    /// a Secret under a running process. While it holds none, the old one counts.
    pub async fn follow(&self) {
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

    fn take(&self, key: &str) {
        let key = hash(key.as_bytes());
        if self.root.load().as_deref() != Some(&key) {
            self.root.store(Some(Arc::new(key)));
            tracing::info!("the root key has changed: the new one counts, the old one no longer");
        }
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

fn hash(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_counts() {
        let keys = Keys::root("0123456789abcdef");
        assert_eq!(keys.check(b"0123456789abcdef"), Some(Principal::Root));
        for wrong in [&b""[..], b"0123456789abcde", b"0123456789abcdeg", b"0123456789abcdef "] {
            assert_eq!(keys.check(wrong), None);
        }
    }
}
