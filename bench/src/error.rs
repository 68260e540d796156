//! What can keep a measurement from being made.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("{0} is missing: start the bench with `make bench` or `bench/run.sh`, which build all it needs")]
    Missing(PathBuf),
    #[error("cannot {what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("`{command}` failed ({status}):\n{output}")]
    Command { command: String, status: ExitStatus, output: String },
    #[error("wrk printed no result line: {0}")]
    NoResult(String),
    #[error("{url} did not answer as it should within {limit:?}; the server's log ends with:\n{log}")]
    NoAnswer { url: String, limit: Duration, log: String },
    #[error("{name} still had processes after {limit:?}")]
    StillThere { name: String, limit: Duration },
    #[error("process {0} has ended in the middle of a measurement")]
    Gone(u32),
    #[error("cannot make a client: {0}")]
    Client(#[from] reqwest::Error),
}

impl BenchError {
    /// For `map_err`: an I/O error with what was tried, e.g. "read /proc/stat".
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}
