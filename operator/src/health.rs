//! What the kubelet asks.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::watch::Stores;

/// Answers `/livez`: 200 as long as the process does anything; and `/readyz`:
/// 200 once the API server has listed all that is watched, in a standby, too.
pub fn page(stores: Stores) -> Router {
    Router::new().route("/livez", get(async || "ok")).route("/readyz", get(ready)).with_state(stores)
}

async fn ready(State(stores): State<Stores>) -> (StatusCode, &'static str) {
    if stores.are_complete() {
        return (StatusCode::OK, "ok");
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "the API server has not listed all that is watched yet: the log says why",
    )
}
