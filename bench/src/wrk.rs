//! One load: an address in, what the client saw out.

use std::time::Duration;

use serde::Deserialize;

use crate::error::BenchError;
use crate::options::Options;
use crate::place::Place;
use crate::servers::{CLIENT_CORE, on_core};

/// What `wrk.lua` prints; times are in microseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Load {
    /// Responses received.
    pub(crate) requests: u64,
    duration: u64,
    /// Median latency.
    pub(crate) p50: u64,
    /// 99th percentile of the latency.
    pub(crate) p99: u64,
    /// Failed connects, reads and writes, timeouts, and answers of status 400
    /// and above.
    pub(crate) errors: u64,
}

impl Load {
    /// Requests per second.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 * 1e6 / self.duration.max(1) as f64
    }
}

/// Loads `url` for `duration` from the client's core.
pub(crate) async fn load(
    place: &Place,
    options: &Options,
    url: &str,
    duration: Duration,
) -> Result<Load, BenchError> {
    let mut command = on_core(CLIENT_CORE, "wrk");
    command.args(["--threads", "1"]);
    command.args(["--connections", &options.connections.to_string()]);
    command.args(["--duration", &format!("{}s", duration.as_secs())]);
    command.arg("--script").arg(place.file("wrk.lua")).arg(url).kill_on_drop(true);
    let done = command.output().await.map_err(BenchError::io("start wrk"))?;
    let printed = String::from_utf8_lossy(&done.stdout);
    if !done.status.success() {
        let output = format!("{printed}{}", String::from_utf8_lossy(&done.stderr));
        return Err(BenchError::Command { command: format!("wrk {url}"), status: done.status, output });
    }
    let result = printed.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    result.ok_or_else(|| BenchError::NoResult(printed.into_owned()))
}
