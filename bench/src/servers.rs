//! The servers that are compared, all on one core.

use std::ffi::OsStr;
use std::path::Path;

use tokio::process::Command;

use crate::error::BenchError;
use crate::place::Place;
use crate::plugins::{Bundle, ROUTE, static_plugin};
use crate::process::{Process, client, free_port};

/// The core of every server and its workers.
pub(crate) const SERVERS_CORE: usize = 0;
/// The core of the client.
pub(crate) const CLIENT_CORE: usize = 1;

/// An address that is loaded, and the server behind it.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// What the table calls it.
    pub(crate) label: &'static str,
    /// What is asked.
    pub(crate) url: String,
    /// Who answers.
    pub(crate) process: &'a Process,
}

/// All servers, running.
#[derive(Debug)]
pub(crate) struct Servers {
    bun: Server,
    davit: Server,
    axum: Server,
}

impl Servers {
    /// Starts all and waits until each target answers.
    pub(crate) async fn start(place: &Place, bundle: &Bundle) -> Result<Self, BenchError> {
        let plugins = place.folder("compared")?;
        bundle.plugin(&plugins, "bench", None)?;
        static_plugin(&plugins, "static")?;
        let mut bun = pinned(&place.bun()?);
        bun.arg("--no-install").arg(place.file("app/serve.ts"));
        let servers = Self {
            bun: Server::start(place, "bun-hono", bun)?,
            davit: davit_runtime(place, &plugins)?,
            axum: Server::start(place, "axum-constant", pinned(&place.program("axum-constant")?))?,
        };
        let client = client()?;
        for target in servers.targets() {
            target.process.answers(&client, &target.url).await?;
        }
        Ok(servers)
    }

    /// What is loaded; the others are compared with the first.
    pub(crate) fn targets(&self) -> [Target<'_>; 4] {
        [
            self.bun.target("Bun + Hono", ROUTE),
            self.davit.target("Davit, Hono plugin", &format!("/bench{ROUTE}")),
            self.davit.target("Davit, static file", "/static/file.json"),
            self.axum.target("axum, constant", ROUTE),
        ]
    }

    /// Ends all.
    pub(crate) async fn end(self) -> Result<(), BenchError> {
        self.bun.process.end().await?;
        self.davit.process.end().await?;
        self.axum.process.end().await
    }
}

/// A process and the port that it serves on.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    port: u16,
}

impl Server {
    /// Starts `command` with a free port as its last argument.
    fn start(place: &Place, name: &str, mut command: Command) -> Result<Self, BenchError> {
        let port = free_port()?;
        command.arg(port.to_string());
        Ok(Self { process: Process::start(place, name, &mut command)?, port })
    }

    /// The address of `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn target(&self, label: &'static str, path: &str) -> Target<'_> {
        Target { label, url: self.url(path), process: &self.process }
    }
}

/// Starts the runtime, and with it its workers, on the servers' core.
pub(crate) fn davit_runtime(place: &Place, plugins: &Path) -> Result<Server, BenchError> {
    runtime(place, plugins, pinned(&place.program("davit-runtime")?))
}

/// Starts the runtime on all cores, with time for many plugins.
pub(crate) fn crowded_runtime(place: &Place, plugins: &Path) -> Result<Server, BenchError> {
    runtime(place, plugins, Command::new(place.program("davit-runtime")?))
}

fn runtime(place: &Place, plugins: &Path, mut command: Command) -> Result<Server, BenchError> {
    command.args(["--listen-address", "127.0.0.1", "--metrics-port", &free_port()?.to_string()]);
    command.arg("--volume").arg(place.folder("volume")?).arg("--plugin-dirs").arg(plugins);
    command.arg("--port");
    Server::start(place, "davit-runtime", command)
}

/// Starts `davit dev` on one plugin, on any core: as on a laptop.
pub(crate) fn davit_dev(place: &Place, plugin: &Path) -> Result<Server, BenchError> {
    let mut command = Command::new(place.program("davit")?);
    command.arg("dev").arg(plugin).arg("--port");
    Server::start(place, "davit-dev", command)
}

fn pinned(program: &Path) -> Command {
    on_core(SERVERS_CORE, program)
}

/// `program` on one core; what it starts stays there too.
pub(crate) fn on_core(core: usize, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}
