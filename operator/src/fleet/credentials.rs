//! What the operator needs to talk to the replicas of one PluginRuntime.

use std::fmt;

/// The operator's side of the mutual TLS of one PluginRuntime, and the key of
/// its plans' tags. Pods never hold any of it but the CA's certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The server name in the replicas' certificates: `<rt>.<ns>.control.davit`.
    pub server_name: String,
    /// The certificate of the authority that signs both sides, as PEM.
    pub ca: String,
    /// The operator's client certificate, as PEM.
    pub certificate: String,
    /// Its key, as PEM (PKCS #8).
    pub key: String,
    /// The key of the tags, 32 random bytes.
    pub tag_key: [u8; 32],
}

/// Shows no secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}
