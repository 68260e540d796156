//! How servers are started: on free ports, with nothing in their environment
//! but what the test says.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use tempfile::TempDir;

use super::{KEY, Server};
use crate::client::client;
use crate::logs::Logs;
use crate::process::Program;
use crate::programs;
use crate::wait::until;

/// A server about to be started.
#[derive(Debug)]
pub struct Start {
    program: Program,
    scratch: TempDir,
}

impl Start {
    /// `davit-runtime` with these plugin directories.
    pub fn runtime<const N: usize>(directories: [&Path; N]) -> Self {
        Self::program(&programs::davit_runtime()).with(directories)
    }

    /// The same as process 1 of a PID namespace of its own, as in a container; the
    /// server's process is its parent.
    pub fn runtime_as_process_1<const N: usize>(directories: [&Path; N]) -> Self {
        let mut start = Self::program(Path::new("unshare"));
        let options = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
        start.program.command().args(options).arg(programs::davit_runtime());
        start.with(directories)
    }

    fn with<const N: usize>(self, directories: [&Path; N]) -> Self {
        let list = std::env::join_paths(directories).expect("no `:` in temporary paths");
        self.env("PORT", "0")
            .env("DAVIT_METRICS_PORT", "0")
            .env("RUNTIME_PLUGIN_DIRS", list.to_str().expect("paths are UTF-8"))
    }

    /// `davit dev` with this folder of plugins.
    pub fn dev(directory: &Path) -> Self {
        let mut start = Self::program(&programs::davit());
        start.program.command().args(["dev", "--port", "0"]).arg(directory);
        start
    }

    fn program(path: &Path) -> Self {
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let mut program = Program::new(path);
        program
            .command()
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DAVIT_BUN", programs::bun())
            .env("DAVIT_LISTEN_ADDRESS", "127.0.0.1")
            .env("DAVIT_LOG_FORMAT", "json")
            .env("DAVIT_VOLUME", scratch.path().join("volume"))
            .env("TMPDIR", scratch.path())
            .env("RUNTIME_ROOT_KEY", KEY)
            .current_dir(scratch.path());
        Self { program, scratch }
    }

    /// Adds a variable to the server's environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.program.command().env(name, value);
        self
    }

    /// Takes a variable out of the server's environment.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.program.command().env_remove(name);
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.program.command().arg(argument);
        self
    }

    /// Starts a program that is to end by itself. Its exit code, and what it
    /// printed; the program is ended if it goes on instead.
    pub async fn ended(self) -> (Option<i32>, String) {
        let mut process = self.program.start();
        let status = process.ended().await;
        (status.code(), process.logs().text())
    }

    /// Starts the server and waits until its first plan serves.
    pub async fn start(self) -> Server {
        let server = self.listening().await;
        until("the first plan", async || {
            let ready = server.get("/_/api/health/ready").send().await;
            ready.is_ok_and(|ready| ready.status() == 200).then_some(())
        })
        .await;
        server
    }

    /// Starts the server and waits until it listens, whatever its plugins do.
    pub async fn listening(self) -> Server {
        let Self { program, scratch } = self;
        let mut process = program.start();
        let (address, metrics) = until("the server's ports", async || {
            if let Some(status) = process.exited() {
                panic!("the server ended at once with {status}");
            }
            runtime_ports(process.logs()).or_else(|| dev_port(process.logs()))
        })
        .await;
        Server { process, address, metrics, client: client(), scratch }
    }
}

type Ports = (SocketAddr, Option<SocketAddr>);

/// The ports that `davit-runtime` logs.
fn runtime_ports(logs: &Logs) -> Option<Ports> {
    let ports = logs.records().into_iter().find(|record| record["message"] == "serving")?;
    let port = |name: &str| ports[name].as_str()?.parse::<SocketAddr>().ok();
    Some((port("address")?, Some(port("metrics")?)))
}

/// The port in the URL that `davit dev` prints.
fn dev_port(logs: &Logs) -> Option<Ports> {
    let lines = logs.lines();
    let url = lines.iter().find_map(|line| line.trim().strip_prefix("URL  http://localhost:"))?;
    Some((SocketAddr::from((Ipv4Addr::LOCALHOST, url.parse().ok()?)), None))
}
