//! What is kept of a key.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a key; in JSON 64 hexadecimal digits. Keys that Davit makes hold
/// 256 random bits, so that nothing slower is needed to keep them from being guessed.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Hash(#[serde(with = "hex::serde")] [u8; 32]);

impl Hash {
    pub(super) fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// One that was made elsewhere.
    pub(super) fn known(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Whether both are of the same key; takes the same time either way.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Takes the same time either way, as [`Hash::is`].
impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl Eq for Hash {}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}
