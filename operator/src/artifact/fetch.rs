//! In: what a source names. Out: its bytes in a file, proven to be the ones that
//! the digest names. Asks the source for them.

use std::io::{self, Read};
use std::sync::Arc;

use davit_plugin::Digest;
use davit_plugin::reason::{Problem, Reason};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::Keep;
use crate::source::{Located, SourceError};

/// Bytes under the digest that names them. Only this stage makes it.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) file: NamedTempFile,
}

/// Bytes that are not what they should be, or cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The source does not give them.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Other bytes.
    #[error("the bytes have the digest {found} and not {expected}: push the package again")]
    DigestMismatch {
        /// What was asked for.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// The operator's disk says no.
    #[error("the operator cannot hold the package: {0}; look at the disk of its cache")]
    Io(#[from] io::Error),
}

/// Fetches the bytes that a source names.
pub(super) async fn fetch(located: Located, keep: &Arc<Keep>) -> Result<Fetched, FetchError> {
    let incoming = keep.incoming()?;
    let mut file = tokio::fs::File::from_std(incoming.as_file().try_clone()?);
    located.fetch(&mut file).await?;
    drop(file);
    let digest = located.resolved.digest;
    blocking(move || Fetched::prove(incoming, digest)).await
}

impl Fetched {
    /// Hashes what lies in a file: whoever wrote it.
    pub(super) fn prove(file: NamedTempFile, expected: Digest) -> Result<Self, FetchError> {
        let (found, size) = hashed(file.reopen()?)?;
        if found == expected {
            Ok(Self { digest: expected, size, file })
        } else {
            Err(FetchError::DigestMismatch { expected, found })
        }
    }
}

/// The digest of all that is read, and how much it is.
fn hashed(mut from: impl Read) -> io::Result<(Digest, u64)> {
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 << 10]);
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            read => {
                hash.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
    let digest = format!("sha256:{}", hex::encode(hash.finalize())).parse().map_err(io::Error::other)?;
    Ok((digest, size))
}

impl FetchError {
    /// What is wrong, for a condition.
    pub(super) fn problem(&self) -> Problem {
        match self {
            Self::Source(error) => error.problem.clone(),
            Self::DigestMismatch { .. } => Problem::new(Reason::DigestMismatch, self.to_string()),
            // No fault of the package's, and time may cure it.
            Self::Io(_) => Problem::new(Reason::RegistryUnreachable, self.to_string()),
        }
    }
}

/// Does what may take long beside the tasks of the runtime.
pub(super) async fn blocking<T: Send + 'static, E: From<io::Error> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(io::Error::other(error).into()),
    }
}
