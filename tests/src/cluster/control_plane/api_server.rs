//! The API server: RBAC, one administrator known by a token, a certificate that
//! it makes itself.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use kube::Client;
use rcgen::KeyPair;

use super::{etcd, kubeconfig};
use crate::process::{Process, Program};
use crate::wait::until;

/// The port of the API server on its address.
pub(super) const PORT: u16 = 6443;
/// Plugins that need a controller which does not run here: one that makes service
/// accounts, and one that lets claims go.
const NOT_ADMITTING: &str = "ServiceAccount,StorageObjectInUseProtection";

pub(super) fn start(
    binaries: &Path,
    folder: &Path,
    address: Ipv4Addr,
    etcd: Ipv4Addr,
    token: &str,
) -> Process {
    let [tokens, key, public] = ["tokens.csv", "accounts.key", "accounts.pub"].map(|name| folder.join(name));
    fs::write(&tokens, format!("{token},admin,admin,\"system:masters\"\n")).expect("the folder is writable");
    let pair = KeyPair::generate().expect("a key pair");
    fs::write(&key, pair.serialize_pem()).expect("the folder is writable");
    fs::write(&public, pair.public_key_pem()).expect("the folder is writable");
    let mut server = Program::new(&binaries.join("kube-apiserver")).quiet();
    let flag = |name: &str, path: &Path| format!("--{name}={}", path.display());
    server.command().args([
        format!("--etcd-servers={}", etcd::url(etcd)),
        format!("--bind-address={address}"),
        format!("--advertise-address={address}"),
        format!("--secure-port={PORT}"),
        flag("cert-dir", &folder.join("certificates")),
        flag("token-auth-file", &tokens),
        flag("service-account-key-file", &public),
        flag("service-account-signing-key-file", &key),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        // A loopback address is refused in the service `kubernetes`, which nobody uses here.
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--disable-admission-plugins={NOT_ADMITTING}"),
    ]);
    server.start()
}

/// The certificate of a server that keeps its files in `folder`, with its
/// authority's.
pub(super) fn certificate(folder: &Path) -> std::path::PathBuf {
    folder.join("certificates/apiserver.crt")
}

/// Waits until the server is ready, and returns an administrator's client.
pub(super) async fn ready(server: &mut Process, config: &Path) -> Client {
    until("the API server's /readyz", async || {
        if let Some(status) = server.exited() {
            panic!("kube-apiserver ended with {status}:\n{}", server.logs().text());
        }
        let client = kubeconfig::client(config).await?;
        let request = http::Request::get("/readyz").body(Vec::new()).expect("a request");
        let answer = client.request_text(request).await.ok()?;
        (answer == "ok").then_some(client)
    })
    .await
}
