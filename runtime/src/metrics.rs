//! Metrics of one runtime, as Prometheus reads them.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use davit_engine::{Body, empty, full};
use davit_plugin::PluginName;
use davit_plugin::plan::GroupKey;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::assemble::{Assembler, Running};
use crate::control::Control;
use crate::listen::Answer;

/// The media type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted. Groups are read when somebody asks.
#[derive(Default)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    calls: Family<CallLabels, Counter>,
}

/// What is read of the groups for one answer, which no other answer shares.
#[derive(Default)]
struct Groups {
    pid: Family<GroupLabels, Gauge>,
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
struct CallLabels {
    call: &'static str,
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

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, plugin: Option<&PluginName>, status: StatusCode) {
        let plugin = plugin.map(ToString::to_string).unwrap_or_default();
        self.requests.get_or_create(&RequestLabels { plugin, status: status.as_u16() }).inc();
    }

    /// Counts an answered call of the control port.
    pub fn called(&self, call: &'static str, status: StatusCode) {
        self.calls.get_or_create(&CallLabels { call, status: status.as_u16() }).inc();
    }

    /// The text that `/metrics` answers with.
    pub fn encode(&self, assembler: &Assembler, control: Option<&Control>) -> Result<String, fmt::Error> {
        let mut registry = Registry::with_prefix("davit");
        registry.register(
            "requests",
            "Answered requests; plugin is empty for Davit's own paths",
            self.requests.clone(),
        );
        Groups::read(assembler).register(&mut registry);
        if let Some(control) = control {
            registry.register("control_calls", "Answered calls of the control port", self.calls.clone());
            control.register(&mut registry);
        }
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

impl Groups {
    fn read(assembler: &Assembler) -> Self {
        let groups = Self::default();
        let (mut upload, mut download) = (0, 0);
        for (key, running) in assembler.groups() {
            let (labels, stats) = (labels(key, &running), running.group.stats());
            groups.pid.get_or_create(&labels).set(stats.pid.map_or(0, i64::from));
            groups.restarts.get_or_create(&labels).set(stats.restarts);
            groups.in_flight.get_or_create(&labels).set(i64::try_from(stats.in_flight).unwrap_or(i64::MAX));
            upload = upload.max(stats.peak_unacknowledged_upload);
            download = download.max(stats.peak_unacknowledged_download);
        }
        for (direction, peak) in [("upload", upload), ("download", download)] {
            groups.unacknowledged.get_or_create(&DirectionLabels { direction }).set(peak as u64);
        }
        groups
    }

    fn register(self, registry: &mut Registry) {
        registry.register("group_pid", "Process id of the group's worker, 0 while there is none", self.pid);
        registry.register("group_restarts", "Workers of the group that ended or hung", self.restarts);
        registry.register("group_in_flight", "Requests that the group is answering", self.in_flight);
        registry.register(
            "unacknowledged_peak_bytes",
            "The most bytes of one body that were on their way to (upload) or from (download) a worker",
            self.unacknowledged,
        );
    }
}

fn labels(key: GroupKey, running: &Running) -> GroupLabels {
    GroupLabels { group: key.to_string(), plugins: running.label.clone() }
}

/// Answers `/metrics`, and nothing else, on a port of its own.
pub struct Page {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// Whose groups are read.
    pub assembler: Arc<Assembler>,
    /// A managed runtime's control port.
    pub control: Option<Arc<Control>>,
}

impl Page {
    fn respond(&self, method: &Method, path: &str) -> Result<Response<Body>, StatusCode> {
        if path != "/metrics" {
            return Err(StatusCode::NOT_FOUND);
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let text = self.metrics.encode(&self.assembler, self.control.as_deref());
        let text = text.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let mut response = Response::new(full(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
        Ok(response)
    }
}

impl Answer for Page {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        self.respond(request.method(), request.uri().path()).unwrap_or_else(|status| {
            let mut response = Response::new(empty());
            *response.status_mut() = status;
            response
        })
    }
}
