//! The kubeconfig file: for the operators under test, for the suite's own client,
//! and for a person with kubectl.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;

use super::api_server;

pub(super) fn write(folder: &Path, server: Ipv4Addr, token: &str) -> PathBuf {
    // JSON is YAML too.
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "suite", "cluster": {
            "server": format!("https://{server}:{}", api_server::PORT),
            "certificate-authority": api_server::certificate(folder),
        }}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "suite", "context": {"cluster": "suite", "user": "admin"}}],
        "current-context": "suite",
    });
    let path = folder.join("kubeconfig");
    fs::write(&path, config.to_string()).expect("the folder is writable");
    path
}

/// A client by a kubeconfig file; none while the server's certificate is not there.
pub(super) async fn client(path: &Path) -> Option<Client> {
    let file = Kubeconfig::read_from(path).expect("the suite wrote it");
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.ok()?;
    Client::try_from(config).ok()
}
