//! A server that the bench starts, waits for and ends by its process id.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::error::BenchError;
use crate::place::Place;
use crate::proc;

/// How long a server may take until it answers, and until it is gone.
const LIMIT: Duration = Duration::from_mins(1);
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(1);
/// As much of a log as an error shows.
const LOG_TAIL: usize = 2_000;

/// The key of every Davit of the bench.
pub(crate) const KEY: &str = "bench-key-0123456789abcdef";

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    pid: u32,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with no environment but PATH, Bun's folder first, Davit's
    /// key and `DAVIT_BUN`; what it prints goes to a file.
    pub(crate) fn start(place: &Place, name: &str, command: &mut Command) -> Result<Self, BenchError> {
        let log = place.folder("logs")?.join(name);
        let output = File::create(&log).map_err(BenchError::io(format!("write {}", log.display())))?;
        let errors = output.try_clone().map_err(BenchError::io("share a log"))?;
        let bun = place.bun()?;
        let inherited = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{inherited}", bun.parent().unwrap_or(Path::new("")).display());
        command.env_clear().env("PATH", path).env("DAVIT_BUN", bun).env("RUNTIME_ROOT_KEY", KEY);
        command.stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true);
        let child = command.spawn().map_err(BenchError::io(format!("start {name}")))?;
        let pid = child.id().unwrap_or_default();
        Ok(Self { name: name.to_owned(), child, pid, log })
    }

    /// Its process id; taskset replaces itself, so it is the server's own.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// The processes that it has started: Davit's workers.
    pub(crate) fn workers(&self) -> Result<Vec<u32>, BenchError> {
        proc::children(self.pid)
    }

    /// Waits until `url` answers 200.
    pub(crate) async fn answers(&self, client: &reqwest::Client, url: &str) -> Result<(), BenchError> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if client.get(url).send().await.is_ok_and(|response| response.status() == 200) {
                return Ok(());
            }
            tokio::time::sleep(LOOK * 10).await;
        }
        Err(self.no_answer(url))
    }

    /// The error for an answer that never came.
    pub(crate) fn no_answer(&self, url: &str) -> BenchError {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let tail = log.char_indices().rev().nth(LOG_TAIL).map_or(0, |(at, _)| at);
        BenchError::NoAnswer { url: url.to_owned(), limit: LIMIT, log: log[tail..].to_owned() }
    }

    /// Waits until it has exactly `count` workers.
    pub(crate) async fn has_workers(&self, count: usize) -> Result<(), BenchError> {
        self.wait(|| Ok(self.workers()?.len() == count)).await
    }

    /// Ends it, and waits until its workers have noticed.
    pub(crate) async fn end(mut self) -> Result<(), BenchError> {
        let workers = self.workers()?;
        self.child.kill().await.map_err(BenchError::io(format!("end {}", self.name)))?;
        self.wait(|| Ok(!workers.iter().any(|&worker| proc::is_there(worker)))).await
    }

    async fn wait(&self, mut met: impl FnMut() -> Result<bool, BenchError>) -> Result<(), BenchError> {
        let start = Instant::now();
        while !met()? {
            if start.elapsed() >= LIMIT {
                return Err(BenchError::StillThere { name: self.name.clone(), limit: LIMIT });
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

/// A client for the few requests that wrk does not send.
pub(crate) fn client() -> Result<reqwest::Client, BenchError> {
    davit_tests::client::tls();
    Ok(reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?)
}

/// A port of 127.0.0.1 that is free now.
pub(crate) fn free_port() -> Result<u16, BenchError> {
    let bound = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    Ok(bound.map_err(BenchError::io("find a free port"))?.port())
}
