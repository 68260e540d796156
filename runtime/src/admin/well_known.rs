//! Discovery: `/.well-known/davit` and `/.well-known/buntime`.

use axum::Json;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Discovery {
    api: &'static str,
    version: &'static str,
}

/// Where the admin API is. Open to everybody, also with a wrong key: clients ask
/// this before anything else.
pub(super) async fn describe() -> Json<Discovery> {
    Json(Discovery { api: super::API, version: env!("CARGO_PKG_VERSION") })
}
