//! `/openapi.json`, and at `/docs/` a page that shows it and tries calls. Both are the
//! same for every installation and say nothing about this one, so they are open.

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use utoipa_swagger_ui::Config;

use crate::dispatch::Refusal;

/// Swagger UI sets styles itself and has its icons as `data:`. It asks this host and no
/// other one.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| super::openapi().into());

static VIEWER: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json").validator_url("none").default_models_expand_depth(-1);
    Arc::new(config.display_operation_id(true))
});

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "reference",
    responses((status = 200, description = "An OpenAPI 3.1 document", body = Object))
)]
pub(super) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}

/// The page's files are beside it.
pub(super) async fn to_page() -> Redirect {
    Redirect::to("docs/")
}

/// The page itself.
pub(super) async fn page() -> Result<Response, Refusal> {
    file("index.html")
}

/// What the page loads.
pub(super) async fn part(Path(path): Path<String>) -> Result<Response, Refusal> {
    file(&path)
}

fn file(path: &str) -> Result<Response, Refusal> {
    let found = utoipa_swagger_ui::serve(path, VIEWER.clone()).ok().flatten();
    let file = found.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "the page of the API has no such file: see /_/api/docs/",
        )
    })?;
    let content_type = HeaderValue::try_from(file.content_type);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, Bytes::from(file.bytes.into_owned())).into_response())
}
