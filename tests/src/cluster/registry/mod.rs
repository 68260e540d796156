//! An OCI registry: the reference implementation, one process for each test.

mod archive;
mod artifact;
mod faults;
mod push;

use std::fs;
use std::net::Ipv4Addr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use davit_plugin::Digest;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::json;
use tempfile::TempDir;

use super::control_plane::binaries;
use super::loopback;
use crate::client::client;
use crate::process::{Process, Program};
use crate::wait::until;

pub use archive::archive;
pub use artifact::{Artifact, Blob};
pub use faults::{Fault, Faults};
pub use push::Pushed;

/// The user of a registry with a password.
pub const USER: &str = "suite";
/// That user's password.
pub const PASSWORD: &str = "push-and-pull";
/// `USER:PASSWORD` as htpasswd writes it, by bcrypt with the least cost.
const HTPASSWD: &str = "suite:$2b$04$VvWsjVQN2hRO6ymeXJBFJ.8M3QI4/9/ah7LT01mytrAe1g0ykTTay";
/// The registry's port on its address.
const PORT: u16 = 5000;

/// A registry, and what it keeps.
#[derive(Debug)]
pub struct Registry {
    address: Ipv4Addr,
    folder: TempDir,
    guarded: bool,
    /// None while it is down.
    process: Option<Process>,
    client: Client,
}

impl Registry {
    /// Starts an empty registry that is open to all.
    pub async fn start() -> Self {
        Self::new(loopback::address(), false).await
    }

    /// Starts an empty registry that is open to all who reach this address.
    pub async fn start_at(address: Ipv4Addr) -> Self {
        Self::new(address, false).await
    }

    /// Starts an empty registry that serves [`USER`] with [`PASSWORD`] alone.
    pub async fn start_with_password() -> Self {
        Self::new(loopback::address(), true).await
    }

    async fn new(address: Ipv4Addr, guarded: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let client = client();
        let mut registry = Self { address, folder, guarded, process: None, client };
        registry.configure();
        registry.start_again().await;
        registry
    }

    /// `host:port`, as references name it.
    pub fn host(&self) -> String {
        format!("{}:{PORT}", self.address)
    }

    /// The reference of `repository:tag` or `repository@digest` here.
    pub fn reference(&self, within: &str) -> String {
        format!("{}/{within}", self.host())
    }

    /// A Docker configuration with the right credentials for this registry, as a
    /// Secret of the type kubernetes.io/dockerconfigjson holds it.
    pub fn docker_config(&self) -> String {
        docker_config(&self.host(), PASSWORD)
    }

    /// Ends the process: connections are refused from now on.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts the process again, at the same address, with what it kept.
    pub async fn start_again(&mut self) {
        let mut program = Program::new(&binaries::built().join("registry")).quiet();
        let config = self.folder.path().join("config.yaml");
        program.command().env("OTEL_TRACES_EXPORTER", "none").arg("serve").arg(config);
        let mut process = program.start();
        until("the registry", async || {
            if let Some(status) = process.exited() {
                panic!("the registry ended with {status}:\n{}", process.logs().text());
            }
            self.request(Method::GET, "/v2/").send().await.ok()?.error_for_status().ok()
        })
        .await;
        self.process = Some(process);
    }

    /// Ends the process and starts it again with nothing in it.
    pub async fn restart_empty(&mut self) {
        self.stop();
        let _nothing_was_pushed = fs::remove_dir_all(self.folder.path().join("storage"));
        self.start_again().await;
    }

    /// Changes one bit of a blob where the registry keeps it, so that it serves
    /// other bytes than the digest names.
    pub fn corrupt(&self, digest: &Digest) {
        let hex = digest.hex();
        let within = format!("storage/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
        let path = self.folder.path().join(within);
        let mut bytes = fs::read(&path).expect("the blob was pushed");
        *bytes.last_mut().expect("the blob is not empty") ^= 1;
        fs::write(path, bytes).expect("the registry's folder is ours");
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.to(method, &format!("http://{}{path}", self.host()))
    }

    /// A request with the credentials that this registry asks for.
    fn to(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self.client.request(method, url);
        if self.guarded { request.basic_auth(USER, Some(PASSWORD)) } else { request }
    }

    fn configure(&self) {
        let folder = self.folder.path();
        let mut config = json!({
            "version": 0.1,
            "log": {"level": "warn", "accesslog": {"disabled": true}},
            "storage": {"filesystem": {"rootdirectory": folder.join("storage")}, "delete": {"enabled": true}},
            "http": {"addr": self.host()},
        });
        if self.guarded {
            let users = folder.join("htpasswd");
            fs::write(&users, HTPASSWD).expect("the folder is writable");
            config["auth"] = json!({"htpasswd": {"realm": "suite", "path": users}});
        }
        // JSON is YAML too.
        fs::write(folder.join("config.yaml"), config.to_string()).expect("the folder is writable");
    }
}

/// A Docker configuration that names [`USER`] with this password for a registry.
pub fn docker_config(host: &str, password: &str) -> String {
    let auth = STANDARD.encode(format!("{USER}:{password}"));
    json!({"auths": {host: {"auth": auth}}}).to_string()
}
