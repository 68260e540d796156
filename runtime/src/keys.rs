//! Davit's keys. So far the one root key that the runtime is started with.

use std::path::Path;
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// The holder of the root key: everything is allowed.
    Root,
    /// Somebody at this machine, without a key (`davit dev` only).
    Local,
}

/// The keys that count. Only hashes are held.
#[derive(Clone)]
pub struct Keys {
    root: Option<[u8; 32]>,
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
        Self { root: None }
    }

    /// One root key.
    pub fn root(key: &str) -> Self {
        Self { root: Some(hash(key.as_bytes())) }
    }

    /// Reads `RUNTIME_ROOT_KEY`, or the file that `RUNTIME_ROOT_KEY_FILE` names.
    /// The key is no flag, since process arguments can be read by others.
    pub fn from_environment() -> Result<Self, KeyError> {
        let key = match (env::var("RUNTIME_ROOT_KEY"), env::var_os("RUNTIME_ROOT_KEY_FILE")) {
            (Ok(key), _) if !key.is_empty() => key,
            (_, Some(path)) => read(Path::new(&path))?,
            _ => return Ok(Self::none()),
        };
        if key.len() < 16 { Err(KeyError::TooShort) } else { Ok(Self::root(&key)) }
    }

    /// Whether there is any key.
    pub fn any(&self) -> bool {
        self.root.is_some()
    }

    /// Whose key this is. Takes the same time for every wrong key.
    pub fn check(&self, sent: &[u8]) -> Option<Principal> {
        let sent = hash(sent);
        let right = self.root.as_ref().is_some_and(|root| root.ct_eq(&sent).into());
        right.then_some(Principal::Root)
    }
}

fn read(path: &Path) -> Result<String, KeyError> {
    let text = fs::read_to_string(path);
    text.map(|key| key.trim().to_owned())
        .map_err(|source| KeyError::File { path: path.display().to_string(), source })
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
