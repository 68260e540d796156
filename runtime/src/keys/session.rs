//! Sessions: signed tokens that name a key. Nothing is kept of them, so that each
//! process with the same secret takes them, and none outlives its key: the signature
//! covers the key's hash, and the key is looked up each time. The secret follows from no
//! key: a token says nothing of the key that opened it.
//!
//! ```text
//! bts_ base64url( number of the key, 8 bytes | end, 8 bytes | HMAC-SHA-256, 32 bytes )
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::hash::Hash;
use super::moment::Moment;
use super::secret::{self, NoRandomness};

/// How long a session lasts, in seconds (Buntime contract §4).
pub const SESSION_SECONDS: u64 = 86_400;
/// What every token begins with.
const PREFIX: &str = "bts_";
/// Number, end, signature.
const LENGTH: usize = 8 + 8 + 32;

/// What sessions are signed with.
#[derive(Clone)]
pub(super) struct Signer([u8; 32]);

/// A session, as its cookie holds it.
pub struct SessionToken(String);

/// What a token says, believed only once it [`holds`](Claim::holds).
pub(super) struct Claim {
    pub(super) key: u64,
    ends: Moment,
    signature: [u8; 32],
}

impl Signer {
    /// One that other processes know too.
    pub(super) fn shared(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// One that this process alone knows.
    pub(super) fn own() -> Result<Self, NoRandomness> {
        secret::random().map(Self)
    }

    /// A session of the key with this number and hash.
    pub(super) fn open(&self, key: u64, hash: &Hash, now: Moment) -> SessionToken {
        let ends = now + SESSION_SECONDS;
        let signature = self.signed(key, hash, ends).finalize().into_bytes();
        let bytes = [&key.to_be_bytes()[..], &ends.to_be_bytes(), &signature].concat();
        SessionToken(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn signed(&self, key: u64, hash: &Hash, ends: Moment) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is taken");
        let mac = mac.chain_update(b"davit session 1");
        mac.chain_update(key.to_be_bytes()).chain_update(ends.to_be_bytes()).chain_update(hash.bytes())
    }
}

impl Claim {
    /// Reads a token; none if it is something else.
    pub(super) fn read(sent: &[u8]) -> Option<Self> {
        let text = sent.strip_prefix(PREFIX.as_bytes())?;
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let number = |at: usize| Some(u64::from_be_bytes(bytes[at..at + 8].try_into().ok()?));
        Some(Self { key: number(0)?, ends: number(8)?, signature: bytes[16..].try_into().ok()? })
    }

    /// Whether this was signed for the key of this hash, and has not ended. Takes the
    /// same time for every wrong signature.
    pub(super) fn holds(&self, signer: &Signer, hash: &Hash, now: Moment) -> bool {
        let genuine = signer.signed(self.key, hash, self.ends).verify_slice(&self.signature).is_ok();
        genuine && now < self.ends
    }
}

impl SessionToken {
    /// The cookie's value.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = 1_800_000_000;

    #[test]
    fn a_session_is_of_one_key_one_secret_and_one_day() {
        let (signer, hash) = (Signer::shared([7; 32]), Hash::of(b"key"));
        let token = signer.open(3, &hash, NOW);
        let claim = Claim::read(token.reveal().as_bytes()).unwrap();
        assert_eq!(claim.key, 3);
        assert!(claim.holds(&signer, &hash, NOW) && claim.holds(&signer, &hash, NOW + 86_399));
        assert!(!claim.holds(&signer, &hash, NOW + 86_400), "it ends");
        assert!(!claim.holds(&signer, &Hash::of(b"rotated"), NOW), "another key");
        assert!(!claim.holds(&Signer::shared([8; 32]), &hash, NOW), "another secret");
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    proptest! {
        #[test]
        fn a_token_with_any_other_bit_holds_no_more(bit in 0..LENGTH * 8) {
            let (signer, hash) = (Signer::shared([7; 32]), Hash::of(b"key"));
            let token = signer.open(3, &hash, NOW);
            let mut bytes = URL_SAFE_NO_PAD.decode(&token.reveal()[4..]).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let text = format!("bts_{}", URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(!Claim::read(text.as_bytes()).unwrap().holds(&signer, &hash, NOW));
        }

        #[test]
        fn what_is_no_token_is_read_as_none(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let text = [b"bts_", &bytes[..]].concat();
            prop_assert!(Claim::read(&bytes).is_none());
            prop_assert!(Claim::read(&text).is_none() || bytes.len() == 64);
        }
    }
}
