//! The bounds of what a registry may send and how long it may take.

use std::time::Duration;

/// Bytes of a manifest (OCI distribution specification, "Pushing Manifests": what
/// registries must take at least).
pub(super) const MANIFEST: u64 = 4 << 20;
/// Bytes of a token server's answer.
pub(super) const TOKEN: u64 = 256 << 10;
/// Bytes of the words in which a registry refuses.
pub(super) const REFUSAL: u64 = 16 << 10;
/// Until a connection stands.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// A request, and each wait for the next bytes of a package.
pub(super) const REQUEST: Duration = Duration::from_secs(30);
/// A whole package.
pub(super) const FETCH: Duration = Duration::from_mins(5);
/// The longest time that a registry may ask to be left alone.
pub(super) const RETRY_AFTER: Duration = Duration::from_mins(5);
/// How often a registry may send elsewhere: blobs often lie in another place.
pub(super) const REDIRECTS: usize = 5;
/// Requests to one registry at the same time.
pub(super) const AT_ONCE: usize = 8;
/// Registries with their credentials whose connections are kept.
pub(super) const REGISTRIES: usize = 64;
