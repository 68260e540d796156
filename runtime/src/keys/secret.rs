//! Secrets that are made here, and that no log shows.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::crypto::ring;
use serde::Serialize;
use utoipa::ToSchema;

/// What every key begins with that is made here, so that scanners for leaked secrets
/// know it.
const PREFIX: &str = "btk_";
/// How much of a key is shown afterwards, in characters: 8 of its 43 random ones.
const SHOWN: usize = 12;

/// A key in plain text, on its way to whom it was made for; it is shown once.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
pub struct PlainKey(String);

/// The system has no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: try again")]
pub struct NoRandomness;

impl PlainKey {
    /// A new one: `btk_` and 43 characters that hold 256 random bits.
    pub(super) fn make() -> Result<Self, NoRandomness> {
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random()?))))
    }

    /// The whole text.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first characters, by which people tell keys apart.
    pub(super) fn prefix(&self) -> &str {
        &self.0[..SHOWN]
    }
}

impl fmt::Debug for PlainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.prefix())
    }
}

/// 256 bits that nobody can guess.
pub(super) fn random() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    ring::default_provider().secure_random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_256_random_bits_and_shows_twelve_characters() {
        let (one, other) = (PlainKey::make().unwrap(), PlainKey::make().unwrap());
        assert_eq!((one.reveal().len(), &one.reveal()[..4]), (47, "btk_"));
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.prefix().len(), 12);
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
