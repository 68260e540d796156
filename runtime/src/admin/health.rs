//! Health, open to everybody: numbers only, no names.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use super::Admin;
use crate::directories::State as PluginState;
use crate::listen::Phase;

/// The body of all three calls.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    ok: bool,
    status: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
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

/// 503 before the first plan and once the process is ending.
pub(super) async fn ready(State(admin): State<Admin>) -> (StatusCode, Json<Health>) {
    let mut health = describe(&admin);
    let waits = if *admin.phase.borrow() != Phase::Serving {
        Some("stopping")
    } else if !admin.assembler.has_committed() || !admin.directories.has_passed() {
        Some("starting")
    } else {
        None
    };
    match waits {
        None => (StatusCode::OK, Json(health)),
        Some(status) => {
            (health.ok, health.status) = (false, status);
            (StatusCode::SERVICE_UNAVAILABLE, Json(health))
        }
    }
}

fn describe(admin: &Admin) -> Health {
    let (snapshot, mut plugins) = (admin.assembler.current(), Counts::default());
    for status in admin.directories.statuses().iter() {
        let count = match status.now(&snapshot).0 {
            PluginState::Ready => &mut plugins.ready,
            PluginState::LastGood => &mut plugins.last_good,
            PluginState::Starting => &mut plugins.starting,
            PluginState::Restarting => &mut plugins.restarting,
            PluginState::Disabled => &mut plugins.disabled,
            PluginState::Failed => &mut plugins.failed,
        };
        *count += 1;
    }
    let well = plugins.last_good + plugins.starting + plugins.restarting + plugins.failed == 0;
    Health {
        ok: true,
        status: if well { "healthy" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        engine: admin.assembler.engine_name(),
        plugins,
    }
}
