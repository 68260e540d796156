//! What may listen at a pod's address: a TLS server that does as each test
//! says, good or ill. The real control port is tested in the suite.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use k8s_openapi::api::core::v1::Pod;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::fleet::Credentials;

/// The server name of the runtime under test.
pub(super) const NAME: &str = "default.apps.control.davit";

/// The authority of one PluginRuntime.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
pub(super) struct Pair {
    certificate: String,
    key: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(super) fn pair(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> Pair {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().pem();
        Pair { certificate, key: key.serialize_pem() }
    }

    pub(super) fn server(&self, name: &str) -> Pair {
        self.pair(name, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// What an operator holds that trusts this authority and was given a
    /// certificate by `signer`.
    pub(super) fn credentials_signed_by(&self, signer: &Self) -> Arc<Credentials> {
        let Pair { certificate, key } = signer.pair("operator", ExtendedKeyUsagePurpose::ClientAuth);
        let server_name = NAME.to_owned();
        Arc::new(Credentials { server_name, ca: self.0.pem(), certificate, key, tag_key: [7; 32] })
    }

    pub(super) fn credentials(&self) -> Arc<Credentials> {
        self.credentials_signed_by(self)
    }
}

/// A server at an address of its own; ends when it is dropped.
pub(super) struct Peer {
    pub(super) at: SocketAddr,
    handshakes: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Peer {
    pub(super) async fn start(authority: &Authority, pair: Pair, routes: Router) -> Self {
        Self::start_with(authority, pair, routes, &[&rustls::version::TLS13]).await
    }

    pub(super) async fn start_with(
        authority: &Authority,
        pair: Pair,
        routes: Router,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config(authority, &pair, versions)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, handshakes) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let counter = handshakes.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, counter, routes) = (acceptor.clone(), counter.clone(), routes.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    counter.fetch_add(1, Ordering::SeqCst);
                    let service = TowerToHyperService::new(routes);
                    let server = hyper::server::conn::http1::Builder::new();
                    drop(server.serve_connection(TokioIo::new(stream), service).await);
                });
            }
        });
        Self { at, handshakes, task }
    }

    pub(super) fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn config(
    authority: &Authority,
    pair: &Pair,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.0.pem().as_bytes()).unwrap()).unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    config.with_client_cert_verifier(clients).with_single_cert(chain, key).unwrap()
}

/// A pod that runs at `at`.
pub(super) fn pod(uid: &str, at: SocketAddr) -> Pod {
    let ports = json!([{"name": "control", "containerPort": at.port()}]);
    let pod = json!({
        "metadata": {"name": format!("default-{uid}"), "uid": uid},
        "spec": {"containers": [{"name": "runtime", "ports": ports}]},
        "status": {"phase": "Running", "podIP": at.ip().to_string()},
    });
    serde_json::from_value(pod).unwrap()
}
