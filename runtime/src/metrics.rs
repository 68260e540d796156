//! Metrics of one runtime, as Prometheus reads them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use davit_plugin::PluginName;
use davit_plugin::plan::GroupKey;
use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::assemble::{Assembler, Running};

/// All metrics. Groups and plugins are read when somebody asks.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    groups: Family<GroupLabels, Gauge>,
    restarts: Family<GroupLabels, Gauge<u64, AtomicU64>>,
    in_flight: Family<GroupLabels, Gauge>,
    unacknowledged: Family<DirectionLabels, Gauge<u64, AtomicU64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    plugin: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GroupLabels {
    group: String,
    plugins: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabels {
    direction: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("davit");
        let metrics = Self {
            requests: Family::default(),
            groups: Family::default(),
            restarts: Family::default(),
            in_flight: Family::default(),
            unacknowledged: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "requests",
            "Answered requests; plugin is empty for Davit's own paths",
            metrics.requests.clone(),
        );
        registry.register(
            "group_pid",
            "Process id of the group's worker, 0 while there is none",
            metrics.groups.clone(),
        );
        registry.register(
            "group_restarts",
            "Workers of the group that ended or hung",
            metrics.restarts.clone(),
        );
        registry.register(
            "group_in_flight",
            "Requests that the group is answering",
            metrics.in_flight.clone(),
        );
        registry.register(
            "unacknowledged_peak_bytes",
            "The most bytes of one body that were on their way to (upload) or from (download) a worker",
            metrics.unacknowledged.clone(),
        );
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, plugin: Option<&PluginName>, status: StatusCode) {
        let plugin = plugin.map(ToString::to_string).unwrap_or_default();
        self.requests.get_or_create(&RequestLabels { plugin, status: status.as_u16() }).inc();
    }

    /// The text that `/metrics` answers with.
    pub fn encode(&self, assembler: &Assembler) -> Result<String, fmt::Error> {
        self.read_groups(assembler);
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }

    fn read_groups(&self, assembler: &Assembler) {
        self.groups.clear();
        self.restarts.clear();
        self.in_flight.clear();
        let (mut upload, mut download) = (0, 0);
        for (key, running) in assembler.groups() {
            let (labels, stats) = (labels(key, &running), running.group.stats());
            self.groups.get_or_create(&labels).set(stats.pid.map_or(0, i64::from));
            self.restarts.get_or_create(&labels).set(stats.restarts);
            self.in_flight.get_or_create(&labels).set(i64::try_from(stats.in_flight).unwrap_or(i64::MAX));
            upload = upload.max(stats.peak_unacknowledged_upload);
            download = download.max(stats.peak_unacknowledged_download);
        }
        for (direction, peak) in [("upload", upload), ("download", download)] {
            self.unacknowledged.get_or_create(&DirectionLabels { direction }).set(peak as u64);
        }
    }
}

fn labels(key: GroupKey, running: &Running) -> GroupLabels {
    GroupLabels { group: key.to_string(), plugins: running.label.clone() }
}

/// Serves `/metrics` alone, on a port of its own.
pub fn router(metrics: Arc<Metrics>, assembler: Arc<Assembler>) -> axum::Router {
    let answer = move || async move {
        let headers =
            [(http::header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
        metrics.encode(&assembler).map(|text| (headers, text)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
    };
    axum::Router::new().route("/metrics", axum::routing::get(answer))
}
