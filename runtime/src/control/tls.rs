//! Who may speak to the control port, and as whom it answers: TLS 1.3, the name of
//! this PluginRuntime, and a client certificate of its authority (interfaces §5).

use std::io;
use std::sync::Arc;

use davit_plugin::Digest;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, ResolvesServerCertUsingSni, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

use super::ControlName;

/// What is in the files of the control port's folder.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Files {
    /// The server's certificate, as PEM.
    pub(super) certificate: Vec<u8>,
    /// Its key, as PEM.
    pub(super) key: Vec<u8>,
    /// The authority's certificate, as PEM.
    pub(super) authority: Vec<u8>,
}

/// What handshakes are made with.
pub(super) struct Identity {
    pub(super) config: Arc<ServerConfig>,
    /// The SHA-256 of the authority's certificate, as DER.
    pub(super) authority: Digest,
}

/// The certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}; --control-tls names a folder with tls.crt, tls.key and ca.crt")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{file} is not PEM with what belongs there: {source}")]
    Pem {
        /// The file.
        file: &'static str,
        /// What is wrong.
        source: pem::Error,
    },
    /// They do not fit each other or the name.
    #[error("the certificates cannot be used as {name}: {why}")]
    Unusable {
        /// The port's name.
        name: String,
        /// What is wrong.
        why: String,
    },
}

impl Identity {
    /// Reads the certificates and checks that they fit each other and the name.
    pub(super) fn of(files: &Files, name: &ControlName) -> Result<Self, TlsError> {
        let authorities = certificates("ca.crt", &files.authority)?;
        let chain = certificates("tls.crt", &files.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&files.key)
            .map_err(|source| TlsError::Pem { file: "tls.key", source })?;
        let authority = Digest::of(&authorities[0]);
        let config = config(authorities, chain, key, name)
            .map_err(|why| TlsError::Unusable { name: name.to_string(), why })?;
        Ok(Self { config: Arc::new(config), authority })
    }
}

/// At least one.
fn certificates(file: &'static str, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let failed = |source| TlsError::Pem { file, source };
    let all = read.map_err(failed)?;
    if all.is_empty() { Err(failed(pem::Error::NoItemsFound)) } else { Ok(all) }
}

/// Nothing is resumed: each connection shows its certificate.
fn config(
    authorities: Vec<CertificateDer<'static>>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    name: &ControlName,
) -> Result<ServerConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(|error| error.to_string())?;
    }
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| error.to_string())?;
    let pair = CertifiedKey::from_der(chain, key, &provider).map_err(|error| error.to_string())?;
    let mut names = ResolvesServerCertUsingSni::new();
    names.add(&name.to_string(), pair).map_err(|error| error.to_string())?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(names));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}
