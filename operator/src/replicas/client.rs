//! The HTTP client of one replica.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, tls};

use crate::fleet::Credentials;

/// How long a connection, with its handshake, may take.
pub(super) const CONNECT: Duration = Duration::from_secs(2);
/// How long an unused connection is kept: longer than the pause between two
/// passes over a runtime at rest, so that they cost no handshake, and shorter
/// than the 30 s after which the control port closes it.
const IDLE: Duration = Duration::from_secs(25);
/// Connections kept to one replica; a put may go beside a prepare.
const KEPT: usize = 4;

/// A client that reaches nothing but `at`, trusts nobody but the runtime's own
/// authority, and sends its certificate to nobody but a holder of its server
/// name. Fails if the credentials are not PEM.
pub(super) fn client(credentials: &Credentials, at: SocketAddr) -> reqwest::Result<Client> {
    let pair = format!("{}\n{}", credentials.certificate, credentials.key);
    Client::builder()
        .tls_certs_only(Certificate::from_pem_bundle(credentials.ca.as_bytes())?)
        .identity(Identity::from_pem(pair.as_bytes())?)
        .tls_version_min(tls::Version::TLS_1_3)
        .https_only(true)
        .http1_only()
        .resolve(&credentials.server_name, at)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(KEPT)
        .user_agent(concat!("davit-operator/", env!("CARGO_PKG_VERSION")))
        .build()
}
