//! Health, open to everybody: numbers only. Whoever may list plugins is told how each
//! of them fares.

use axum::Json;
use axum::extract::{Request, State};
use http::StatusCode;

use super::fares::Health;
use super::{Admin, Source, auth};
use crate::control::Waiting;
use crate::dispatch::Refusal;
use crate::keys::Permission;
use crate::listen::Phase;

/// How the runtime and its plugins fare.
///
/// Always 200 while the process answers, but for those who sent too many wrong keys. With
/// a key that may read plugins, `details` tells of each plugin.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "health",
    responses(
        (status = 200, description = "How all fare", body = Health),
        (status = 429, description = "`RATE_LIMITED`: too many wrong keys came from this address"),
    )
)]
pub(super) async fn health(State(admin): State<Admin>, request: Request) -> Result<Json<Health>, Refusal> {
    // What a wrong key is not told tells it from a right one.
    let caller = auth::caller(&admin, &request)?;
    Ok(Json(Health::of(&admin, caller.is_some_and(|caller| caller.may(Permission::PluginsRead)))))
}

/// Whether the process lives.
///
/// Fails only if the process is stuck, in which case nothing answers.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = "health",
    responses((status = 200, description = "It lives", body = Health))
)]
pub(super) async fn live(State(admin): State<Admin>) -> Json<Health> {
    Json(Health::of(&admin, false))
}

/// Whether requests may come.
///
/// Not before the first plan, before a managed runtime's plan is confirmed, and once the
/// process is ending. Plugins that fail do not count.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = "health",
    responses(
        (status = 200, description = "They may", body = Health),
        (status = 503, description = "It is not ready: `waitingFor` says for what", body = Health),
    )
)]
pub(super) async fn ready(State(admin): State<Admin>) -> (StatusCode, Json<Health>) {
    let health = Health::of(&admin, false);
    let waits = match *admin.phase.borrow() {
        Phase::Serving => waits_for(&admin).map(|what| ("starting", what)),
        Phase::Leaving | Phase::Closing => Some(("stopping", "its end")),
    };
    match waits {
        None => (StatusCode::OK, Json(health)),
        Some((status, what)) => (StatusCode::SERVICE_UNAVAILABLE, Json(health.waiting(status, what))),
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
