//! A server under test, and what is asked of it.

mod metrics;
mod start;
mod upload;
mod watched;

use std::net::SocketAddr;
use std::path::Path;

use reqwest::{Client, Method, RequestBuilder};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::logs::Logs;
use crate::process::Process;
use crate::wait::until;

pub use start::Start;
pub use upload::form;
pub use watched::Watched;

/// The key of every server of the suite.
pub const KEY: &str = "suite-key-0123456789abcdef";

/// A running `davit-runtime` or `davit dev`. Dropping it ends its process.
#[derive(Debug)]
pub struct Server {
    process: Process,
    address: SocketAddr,
    /// None for `davit dev`.
    metrics: Option<SocketAddr>,
    client: Client,
    /// The server's volume and temporary files.
    scratch: TempDir,
}

impl Server {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The folder with the server's volume and its temporary files.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// A DELETE with the key and this server's Origin.
    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.request(Method::DELETE, path).header("x-api-key", KEY).header("origin", self.url(""))
    }

    /// The public port's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The absolute URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// What the server has printed.
    pub fn logs(&self) -> &Logs {
        self.process.logs()
    }

    /// A request without a key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A GET with the key.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).header("x-api-key", KEY)
    }

    /// A POST with the key and this server's Origin.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path).header("x-api-key", KEY).header("origin", self.url(""))
    }

    /// The text that a GET with the key answers; it must be a 200.
    pub async fn text(&self, path: &str) -> String {
        let response = self.get(path).send().await.expect("the server answers");
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("the body is whole")
    }

    /// The JSON that a GET with the key answers; it must be a 200.
    pub async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).expect("the body is JSON")
    }

    /// What `GET /plugins` tells of one plugin, by its name or, while that is
    /// not known, its folder.
    pub async fn plugin(&self, name: &str) -> Value {
        let plugins = self.json("/_/api/plugins").await;
        let found = plugins.as_array().and_then(|all| all.iter().find(|plugin| plugin["name"] == name));
        found.unwrap_or_else(|| panic!("{name} is not in {plugins:#}")).clone()
    }

    /// Waits until `GET /plugins` tells of this plugin what fits.
    pub async fn plugin_when(&self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(&format!("a certain state of {name}"), async || {
            let plugins = self.json("/_/api/plugins").await;
            plugins.as_array()?.iter().find(|plugin| plugin["name"] == name && fits(plugin)).cloned()
        })
        .await
    }

    /// Makes live what is on disk, every group anew.
    pub async fn reload(&self) -> Value {
        let response = self.post("/_/api/plugins/reload").send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        response.json().await.expect("the body is JSON")
    }

    /// Tells the server to end.
    pub fn terminate(&self) {
        self.process.signal(Signal::TERM);
    }

    /// Waits for the server's end and returns its exit code.
    pub async fn exit_code(&mut self) -> Option<i32> {
        self.process.ended().await.code()
    }

    /// Kills the server at once.
    pub async fn kill(&mut self) {
        self.process.signal(Signal::KILL);
        self.process.ended().await;
    }
}
