//! What is counted, as Prometheus reads it.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use davit_crds::{ConditionType, PluginStatus};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::watch::Stores;

/// The media type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The bounds of the passes' durations, in seconds.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// What is counted. Plugins are read from the store when somebody asks.
pub struct Metrics {
    passes: Family<PassLabels, Counter>,
    durations: Family<KindLabels, Histogram, fn() -> Histogram>,
    wakes: Family<KindLabels, Counter>,
    commits: Counter,
    leader: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PassLabels {
    kind: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PluginLabels {
    ready: String,
    reason: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            passes: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            wakes: Family::default(),
            commits: Counter::default(),
            leader: Gauge::default(),
        }
    }
}

impl Metrics {
    /// Counts a pass and how long it takes. `kind` is `rollout` or `artifact`.
    pub async fn pass<T, E>(
        &self,
        kind: &'static str,
        pass: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let start = Instant::now();
        let done = pass.await;
        let result = if done.is_ok() { "done" } else { "failed" };
        self.passes.get_or_create(&PassLabels { kind, result }).inc();
        self.durations.get_or_create(&KindLabels { kind }).observe(start.elapsed().as_secs_f64());
        done
    }

    /// Counts that something woke a queue: `rollout` or `artifact`.
    pub fn woken(&self, kind: &'static str) {
        self.wakes.get_or_create(&KindLabels { kind }).inc();
    }

    /// Counts a plan that went live.
    pub fn committed(&self) {
        self.commits.inc();
    }

    /// Says whether this process leads.
    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// The text that `/metrics` answers with.
    pub fn encode(&self, stores: &Stores) -> Result<String, fmt::Error> {
        let mut registry = Registry::with_prefix("davit_operator");
        registry.register("passes", "Passes by kind and result", self.passes.clone());
        registry.register_with_unit(
            "pass_duration",
            "How long passes took",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("wakes", "What woke a queue, by kind", self.wakes.clone());
        registry.register("commits", "Plans that went live", self.commits.clone());
        registry.register("leader", "1 if this process acts, 0 if it stands by", self.leader.clone());
        registry.register("plugins", "Plugins by their condition Ready and its reason", plugins(stores));
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}

fn plugins(stores: &Stores) -> Family<PluginLabels, Gauge> {
    let plugins = Family::<PluginLabels, Gauge>::default();
    for plugin in stores.plugins.state() {
        plugins.get_or_create(&labels(plugin.status.as_ref())).inc();
    }
    plugins
}

fn labels(status: Option<&PluginStatus>) -> PluginLabels {
    let ready = ConditionType::Ready.to_string();
    let condition = status.and_then(|status| status.conditions.iter().find(|it| it.type_ == ready));
    let text = |read: fn(&davit_crds::Condition) -> &String| condition.map(read).cloned().unwrap_or_default();
    PluginLabels { ready: text(|it| &it.status), reason: text(|it| &it.reason) }
}

/// Answers `/metrics`, and nothing else.
pub fn page(metrics: Arc<Metrics>, stores: Stores) -> Router {
    Router::new().route("/metrics", get(answer)).with_state((metrics, stores))
}

async fn answer(State((metrics, stores)): State<(Arc<Metrics>, Stores)>) -> Response {
    match metrics.encode(&stores) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(fmt::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
