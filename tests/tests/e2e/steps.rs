//! Steps that are done under load, one after the other.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::cluster::{Cluster, SYSTEM};
use crate::{examples, load, table};

/// What came of the steps so far. A step in which requests fail does not keep the
/// others from being tried.
pub(crate) struct Steps {
    address: SocketAddr,
    told: String,
    failed: Vec<String>,
}

impl Steps {
    pub(crate) async fn through_the_service(cluster: &Cluster) -> Self {
        Self { address: cluster.service(SYSTEM, "default").await, told: String::new(), failed: Vec::new() }
    }

    /// Does one step while both examples are asked without a pause.
    pub(crate) async fn step(&mut self, what: &str, change: impl Future<Output = ()>) {
        let figures = load::during(self.address, &[examples::CLOCK, examples::HELLO], change).await;
        let line = format!("{what}: {figures}");
        table::say(format_args!("   {line}"));
        writeln!(self.told, "{line}").expect("memory is writable");
        if !figures.none_failed() {
            self.failed.push(line);
        }
    }

    /// The figures of all steps; panics if a request has failed.
    pub(crate) fn finish(self) -> String {
        assert!(
            self.failed.is_empty(),
            "requests failed in {} of the steps:\n{}",
            self.failed.len(),
            self.told
        );
        self.told
    }
}
