//! The operator under test: a process of the real `davit-operator`.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitStatus;

use reqwest::Client;
use rustix::process::Signal;
use tempfile::TempDir;

use super::{ControlPlane, loopback};
use crate::client::client;
use crate::logs::Logs;
use crate::process::{Process, Program};
use crate::programs;
use crate::wait::until;

/// The operator's health port on its address.
const HEALTH: u16 = 8081;
/// The operator's metrics port on its address.
const METRICS: u16 = 9090;

/// An operator that serves one namespace, and its cache. Dropping it kills the
/// process.
#[derive(Debug)]
pub struct Operator {
    namespace: String,
    address: Ipv4Addr,
    cache: TempDir,
    variables: Vec<(String, String)>,
    /// None while it is down.
    process: Option<Process>,
    printed: Vec<Logs>,
    client: Client,
}

impl Operator {
    /// Starts an operator for a namespace with an empty cache, and waits until it is
    /// ready.
    pub async fn start(namespace: &str) -> Self {
        let mut operator = Self::new(namespace);
        operator.start_again().await;
        operator
    }

    /// An operator for a namespace that is not started yet.
    pub fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            address: loopback::address(),
            cache: tempfile::tempdir().expect("a temporary folder"),
            variables: Vec::new(),
            process: None,
            printed: Vec::new(),
            client: client(),
        }
    }

    /// Sets a variable of its environment for every start from now on.
    pub fn env(&mut self, name: &str, value: &str) {
        self.variables.retain(|(at, _)| at != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable back.
    pub fn without(&mut self, name: &str) {
        self.variables.retain(|(at, _)| at != name);
    }

    /// Starts its process, with the cache as it is, and waits until it is ready.
    pub async fn start_again(&mut self) {
        self.launch();
        until("the operator's /readyz", async || {
            let process = self.process.as_mut().expect("it has been launched");
            if let Some(status) = process.exited() {
                panic!("the operator ended at once with {status}:\n{}", process.logs().text());
            }
            self.client.get(self.health("/readyz")).send().await.ok()?.error_for_status().ok()
        })
        .await;
    }

    /// Starts its process, with the cache as it is, and waits for nothing.
    pub fn launch(&mut self) {
        let mut program = Program::new(&programs::davit_operator()).quiet();
        program
            .command()
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // As in its image: only the cache can be written.
            .env("TMPDIR", self.cache.path().join("there-is-none"))
            .env("KUBECONFIG", ControlPlane::shared().kubeconfig())
            .env("DAVIT_LOG_FORMAT", "json")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(["--watch-namespace", &self.namespace])
            .args(["--runtime-image", "davit.test/davit-runtime:under-test"])
            .args(["--listen-address", &self.address.to_string()])
            .args(["--health-port", &HEALTH.to_string()])
            .args(["--metrics-port", &METRICS.to_string()])
            .arg("--cache")
            .arg(self.cache.path())
            .current_dir(self.cache.path());
        let process = program.start();
        self.printed.push(process.logs().clone());
        self.process = Some(process);
    }

    /// Kills its process at once.
    pub async fn kill(&mut self) {
        self.end(Signal::KILL).await;
    }

    /// Tells its process to end, and waits for that.
    pub async fn stop(&mut self) -> Option<i32> {
        self.end(Signal::TERM).await.and_then(|status| status.code())
    }

    async fn end(&mut self, signal: Signal) -> Option<ExitStatus> {
        let mut process = self.process.take()?;
        process.signal(signal);
        Some(process.ended().await)
    }

    /// Waits until its process has ended by itself, as at a failpoint.
    pub async fn ended(&mut self) -> ExitStatus {
        let process = self.process.as_mut().expect("the operator was started");
        let status = process.ended().await;
        self.process = None;
        status
    }

    /// Empties the cache of an operator that is down.
    pub fn forget(&mut self) {
        assert!(self.process.is_none(), "the operator still uses its cache");
        self.cache = tempfile::tempdir().expect("a temporary folder");
    }

    /// The id of its process, if that runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// The folder of its cache.
    pub fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// What its present or last process has printed.
    pub fn logs(&self) -> Logs {
        self.printed.last().cloned().unwrap_or_default()
    }

    /// The last lines that all its processes printed, with a heading.
    pub fn tail(&self, lines: usize) -> String {
        let all: Vec<String> = self.printed.iter().flat_map(Logs::lines).collect();
        let last = all[all.len().saturating_sub(lines)..].join("\n");
        format!("---- operator of {}, {} starts ----\n{last}\n", self.namespace, self.printed.len())
    }

    /// The text of `/metrics`.
    pub async fn metrics(&self) -> String {
        let url = format!("http://{}:{METRICS}/metrics", self.address);
        let answer = self.client.get(url).send().await.expect("the operator serves its metrics");
        answer.text().await.expect("metrics are text")
    }

    /// The URL of a path on the health port.
    pub fn health(&self, path: &str) -> String {
        format!("http://{}:{HEALTH}{path}", self.address)
    }
}
