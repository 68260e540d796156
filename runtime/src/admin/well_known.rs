//! Discovery: `/.well-known/davit` and `/.well-known/buntime`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// Where the admin API is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Discovery {
    /// The path of the admin API.
    #[schema(value_type = String, example = "/_/api")]
    api: &'static str,
    /// Davit's version.
    #[schema(value_type = String)]
    version: &'static str,
}

/// Where the admin API is.
///
/// Open to everybody, also with a wrong key: clients ask this before anything else.
#[utoipa::path(
    get,
    path = "/.well-known/davit",
    operation_id = "discover",
    tag = "discovery",
    responses((status = 200, description = "The path and the version", body = Discovery))
)]
pub(super) async fn davit() -> Json<Discovery> {
    Json(Discovery { api: super::API, version: env!("CARGO_PKG_VERSION") })
}

/// The same, where Buntime's clients look for it.
#[utoipa::path(
    get,
    path = "/.well-known/buntime",
    operation_id = "discoverAsBuntime",
    tag = "discovery",
    responses((status = 200, description = "The path and the version", body = Discovery))
)]
pub(super) async fn buntime() -> Json<Discovery> {
    davit().await
}
