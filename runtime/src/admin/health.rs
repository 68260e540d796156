//! Health, open to everybody: numbers only, no names.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use super::listed::state_of;
use super::{Admin, Source};
use crate::control::Waiting;
use crate::directories::State as PluginState;
use crate::listen::Phase;

/// The body of all three calls.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Health {
    ok: bool,
    status: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    /// What a runtime that is not ready waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<&'static str>,
    plugins: Counts,
}

/// How many plugins fare how.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    ready: usize,
    last_good: usize,
    starting: usize,
    restarting: usize,
    disabled: usize,
    failed: usize,
}

/// Always 200 while the process answers.
pub(super) async fn health(State(admin): State<Admin>) -> Json<Health> {
    Json(describe(&admin))
}

/// Fails only if the process is stuck, in which case nothing answers.
pub(super) async fn live(State(admin): State<Admin>) -> Json<Health> {
    Json(describe(&admin))
}

/// 503 before the first plan, before a managed runtime's plan is confirmed, and
/// once the process is ending.
pub(super) async fn ready(State(admin): State<Admin>) -> (StatusCode, Json<Health>) {
    let mut health = describe(&admin);
    let waits = match *admin.phase.borrow() {
        Phase::Serving => waits_for(&admin).map(|what| ("starting", what)),
        Phase::Leaving | Phase::Closing => Some(("stopping", "its end")),
    };
    match waits {
        None => (StatusCode::OK, Json(health)),
        Some((status, what)) => {
            (health.ok, health.status, health.waiting_for) = (false, status, Some(what));
            (StatusCode::SERVICE_UNAVAILABLE, Json(health))
        }
    }
}

fn waits_for(admin: &Admin) -> Option<&'static str> {
    match &admin.source {
        Source::Directories(directories) => {
            let passed = admin.assembler.has_committed() && directories.has_passed();
            (!passed).then_some("the first look into the plugin directories")
        }
        Source::Operator(control) => control.waits_for().map(Waiting::as_str),
    }
}

fn describe(admin: &Admin) -> Health {
    let plugins = count(admin);
    let well = plugins.last_good + plugins.starting + plugins.restarting + plugins.failed == 0;
    Health {
        ok: true,
        status: if well { "healthy" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        engine: admin.assembler.engine_name(),
        waiting_for: None,
        plugins,
    }
}

fn count(admin: &Admin) -> Counts {
    let (snapshot, mut plugins) = (admin.assembler.current(), Counts::default());
    match &admin.source {
        Source::Directories(directories) => {
            directories.statuses().iter().for_each(|status| plugins.add(status.now(&snapshot).0));
        }
        Source::Operator(_) => {
            snapshot.troubles().for_each(|(_, trouble)| plugins.add(state_of(trouble.as_ref())));
        }
    }
    plugins
}

impl Counts {
    fn add(&mut self, state: PluginState) {
        let count = match state {
            PluginState::Ready => &mut self.ready,
            PluginState::LastGood => &mut self.last_good,
            PluginState::Starting => &mut self.starting,
            PluginState::Restarting => &mut self.restarting,
            PluginState::Disabled => &mut self.disabled,
            PluginState::Failed => &mut self.failed,
        };
        *count += 1;
    }
}
