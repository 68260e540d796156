//! What `/metrics` tells.

use std::net::SocketAddr;

use super::Server;
use crate::wait::until;

impl Server {
    /// The metrics port's address.
    pub fn metrics_address(&self) -> SocketAddr {
        self.metrics.expect("davit-runtime has metrics")
    }

    /// The values of all series of one metric, with their labels.
    pub async fn metric(&self, name: &str) -> Vec<(String, u64)> {
        let url = format!("http://{}/metrics", self.metrics_address());
        let text = self.client.get(url).send().await.expect("metrics are served").text().await.expect("text");
        let series = text.lines().filter_map(|line| {
            let (labels, value) = line.strip_prefix(name)?.strip_prefix('{')?.split_once("} ")?;
            Some((labels.to_owned(), value.parse().expect("a number")))
        });
        series.collect()
    }

    /// The value of the series of one metric with this label.
    pub async fn metric_of(&self, name: &str, label: &str) -> u64 {
        let all = self.metric(name).await;
        let found = all.iter().find(|(labels, _)| labels.contains(label));
        found.unwrap_or_else(|| panic!("no {name} with {label} in {all:?}")).1
    }

    /// The label of the group that this worker runs.
    pub async fn group_of(&self, worker: u32) -> String {
        let pids = self.metric("davit_group_pid").await;
        let found = pids.iter().find(|(_, pid)| *pid == u64::from(worker));
        found.unwrap_or_else(|| panic!("no group has worker {worker}: {pids:?}")).0.clone()
    }

    /// Waits until so many requests of a group are in flight.
    pub async fn in_flight(&self, group: &str, count: u64) {
        let reached = async || (self.metric_of("davit_group_in_flight", group).await == count).then_some(());
        until(&format!("{count} requests in flight"), reached).await;
    }

    /// The process id of the only group's worker.
    pub async fn worker_pid(&self) -> u32 {
        let pids = self.metric("davit_group_pid").await;
        let [(_, pid)] = &pids[..] else { panic!("not one group: {pids:?}") };
        u32::try_from(*pid).expect("a process id")
    }
}
