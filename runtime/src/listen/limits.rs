//! How many connections a port holds, and how patient it is with them.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A public port never holds more connections than this.
const MAX_CONNECTIONS: usize = 10_000;
/// Connections of the metrics port: a scraper needs one.
const METRICS_CONNECTIONS: usize = 64;

/// Connections of the control port: the operator keeps a few.
const CONTROL_CONNECTIONS: usize = 128;

/// The limits of one port.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// More connections than this wait until one is closed.
    pub connections: usize,
    /// How long a connection's first request, and each request's head, may take
    /// to come in.
    pub head: Duration,
    /// How long a client may take nothing of its response.
    pub taking: Duration,
}

impl Limits {
    /// Those of the public port. Raises the process's soft limit of open files to
    /// its hard one first, since each connection is an open file.
    pub fn public() -> Self {
        Self { connections: connections(raise_open_files()), ..Self::metrics() }
    }

    /// Those of the control port.
    pub fn control() -> Self {
        Self { connections: CONTROL_CONNECTIONS, ..Self::metrics() }
    }

    /// Those of the port for metrics.
    pub fn metrics() -> Self {
        Self {
            connections: METRICS_CONNECTIONS,
            head: Duration::from_secs(30),
            taking: Duration::from_mins(5),
        }
    }
}

/// The process may have so many files open; none means without limit.
fn raise_open_files() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the number of open files to the hard limit");
            limit.current
        }
    }
}

/// Half of the files are a reserve: a response may come from a file, and workers
/// and plugin directories need theirs.
fn connections(files: Option<u64>) -> usize {
    let half = files.map_or(usize::MAX, |files| usize::try_from(files / 2).unwrap_or(usize::MAX));
    half.clamp(1, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        let table = [
            (Some(0), 1),
            (Some(1024), 512),
            (Some(20_000), 10_000),
            (Some(1 << 20), 10_000),
            (None, 10_000),
        ];
        for (files, expected) in table {
            assert_eq!(connections(files), expected, "{files:?}");
        }
    }

    #[test]
    fn the_public_port_may_use_every_file_that_the_hard_limit_allows() {
        let limits = Limits::public();
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current, now.maximum);
        assert_eq!(limits.connections, connections(now.maximum));
    }
}
