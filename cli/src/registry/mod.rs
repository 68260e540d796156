//! OCI registries: which one a reference names, who asks, and what went wrong.
//!
//! ```text
//! reference → credential (Docker's) → session → push | pull
//! ```

mod challenge;
pub mod credentials;
mod error;
mod exchange;
mod pull;
mod session;
mod target;

pub use error::RegistryError;
pub(crate) use pull::pull;
pub(crate) use session::Session;
pub use target::{InvalidTarget, Target};

/// An artifact that is a plugin (interfaces §7).
pub(crate) const PLUGIN: &str = "application/vnd.davit.plugin.v1";
/// Its configuration: the plugin's manifest as JSON.
pub(crate) const MANIFEST: &str = "application/vnd.davit.plugin.manifest.v1+json";
/// Its only layer: the package.
pub(crate) const PACKAGE: &str = "application/vnd.davit.plugin.package.v1.tar+gzip";

/// Names the library that TLS uses. Another one that was named before stays.
pub(crate) fn prepare_tls() {
    let _one_is_named_already = rustls::crypto::ring::default_provider().install_default();
}

/// Whether a registry is spoken to by plain HTTP: those on this machine are, as
/// Docker does it.
pub(crate) fn is_plain(registry: &str, insecure: bool) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _port)| host);
    insecure || host == "localhost" || host.parse().is_ok_and(|host: std::net::Ipv4Addr| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_and_for_who_asks_for_it() {
        let table = [
            ("localhost", true),
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("127.9.9.9", true),
            ("128.0.0.1:5000", false),
            ("localhost.example.org", false),
            ("ghcr.io", false),
        ];
        for (registry, plain) in table {
            assert_eq!(is_plain(registry, false), plain, "{registry}");
            assert!(is_plain(registry, true), "{registry}");
        }
    }
}
