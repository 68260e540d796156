//! Runs groups of JavaScript plugins in Bun worker processes. Why Bun and why
//! out of process: `ARCHITECTURE.md`; what is said between the two:
//! `docs/reference/worker-protocol.md`.
//!
//! ```text
//! group → spawn worker → import plugins → init → ready → serve → (ended or hung → replace) → stop
//! ```

mod backoff;
mod frame;
mod group;
mod home;
mod link;
mod locate;
mod messages;
mod output;
mod supervisor;
mod worker;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::{Engine, Group, GroupSpec, HostInfo, Output};
use tokio::sync::watch;

pub use locate::{LocateError, locate};

use group::{BunGroup, Shared};
use home::Home;
use output::Printer;
use supervisor::Supervisor;

/// How long a worker may be silent before it is taken for blocked.
pub const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(10);

/// The engine. Dropping it and all of its groups removes what it put on disk.
pub struct BunEngine {
    bun: PathBuf,
    version: String,
    home: Arc<Home>,
    host: Arc<HostInfo>,
    heartbeat: Duration,
}

/// Bun cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BunError {
    /// It does not run.
    #[error("{path} does not run as Bun: {why}; install the version that package.json pins")]
    Unusable {
        /// The executable.
        path: PathBuf,
        /// What happened.
        why: String,
    },
    /// The bridge could not be written.
    #[error("cannot make a temporary folder for workers: {0}")]
    Home(#[from] io::Error),
}

impl BunEngine {
    /// Takes the Bun at `bun` and asks it for its version. Workers that are
    /// silent for `heartbeat` are replaced.
    pub fn new(bun: &Path, host: HostInfo, heartbeat: Duration) -> Result<Self, BunError> {
        let unusable = |why: String| BunError::Unusable { path: bun.to_owned(), why };
        let output = Command::new(bun).arg("--version").env_clear().output();
        let output = output.map_err(|error| unusable(error.to_string()))?;
        if !output.status.success() {
            return Err(unusable(format!("`bun --version` ended with {}", output.status)));
        }
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let home = Arc::new(Home::create()?);
        Ok(Self { bun: bun.to_owned(), version, home, host: Arc::new(host), heartbeat })
    }
}

impl Engine for BunEngine {
    fn name(&self) -> String {
        format!("bun {}", self.version)
    }

    fn start(&self, spec: GroupSpec, output: Arc<dyn Output>) -> Arc<dyn Group> {
        let shared = Arc::new(Shared::new());
        let (stop, stopped) = watch::channel(None);
        let supervisor = Supervisor {
            bun: self.bun.clone(),
            home: self.home.clone(),
            host: self.host.clone(),
            printer: Printer::new(&spec, output),
            spec,
            heartbeat: self.heartbeat,
            shared: shared.clone(),
            stop: stopped,
        };
        tokio::spawn(supervisor.run());
        Arc::new(BunGroup { shared, stop })
    }
}
