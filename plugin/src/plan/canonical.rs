//! Digests over canonical JSON (RFC 8785).

use serde::Serialize;

use crate::Digest;

/// The digest of `value` as canonical JSON.
///
/// # Panics
/// If the value has a non-string key or a number that JSON cannot hold, which
/// the types of this crate rule out.
pub(super) fn digest(value: &impl Serialize) -> Digest {
    let bytes = serde_json_canonicalizer::to_vec(value).expect("a plan is made of JSON values");
    Digest::of(&bytes)
}
