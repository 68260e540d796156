//! `/admin/session`: a cookie for browsers in place of a key (Buntime contract §4).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sent::Sent;
use super::{Admin, auth};
use crate::dispatch::{Arrival, Refusal, SESSION_COOKIE, count_wrong};
use crate::keys::{Permission, Principal, Role, SESSION_SECONDS};

/// What opens a session.
#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// A live key.
    #[schema(max_length = 1024)]
    key: String,
}

/// Whose session it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// Whether the call came with a live key or session.
    authenticated: bool,
    /// Only if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Holder>,
}

/// Who holds a key or session, and what he may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Holder {
    /// Whether it is the root key.
    is_root: bool,
    role: Role,
    permissions: Vec<Permission>,
}

impl Session {
    fn of(principal: Option<&Principal>) -> Self {
        let holder = principal.map(|principal| Holder {
            is_root: principal.is_root(),
            role: principal.role(),
            permissions: principal.permissions().iter().copied().collect(),
        });
        Self { authenticated: holder.is_some(), principal: holder }
    }
}

/// Opens a session.
///
/// The answer sets a cookie that counts for 24 hours, or until its key is revoked, expires
/// or changes. Scripts cannot read it, and no other site's page sends it.
#[utoipa::path(
    post,
    path = "/admin/session",
    operation_id = "openSession",
    tag = "session",
    request_body = Login,
    responses(
        (status = 200, description = "It is open", body = Session,
            headers(("Set-Cookie" = String, description = "`buntime_api_key`"))),
        (status = 401, description = "`INVALID_KEY`: that is no live key"),
        (status = 429, description = "`RATE_LIMITED`: too many wrong keys came from this address"),
    )
)]
pub(super) async fn open(
    State(admin): State<Admin>,
    Extension(arrival): Extension<Arrival>,
    Sent(login): Sent<Login>,
) -> Result<impl IntoResponse, Refusal> {
    let Some((principal, token)) = admin.keys.open_session(login.key.as_bytes()) else {
        count_wrong(&admin.keys, arrival.client)?;
        return Err(Refusal::unauthorized("INVALID_KEY", "Unauthorized"));
    };
    tracing::info!(by = principal.name(), client = %arrival.client, "a session was opened");
    let cookie = cookie(token.reveal(), SESSION_SECONDS, arrival.secure);
    Ok(([(header::SET_COOKIE, cookie)], Json(Session::of(Some(&principal)))))
}

/// Tells whose session it is.
///
/// Open to everybody; tells of a key as of a session.
#[utoipa::path(
    get,
    path = "/admin/session",
    operation_id = "showSession",
    tag = "session",
    responses(
        (status = 200, description = "Whether there is one, and whose", body = Session),
        (status = 429, description = "`RATE_LIMITED`: too many wrong keys came from this address"),
    )
)]
pub(super) async fn show(State(admin): State<Admin>, request: Request) -> Result<Json<Session>, Refusal> {
    let principal = auth::caller(&admin, &request)?;
    Ok(Json(Session::of(principal.as_ref())))
}

/// Clears the session's cookie.
///
/// Sessions are kept nowhere: whoever copied the cookie before is shut out by revoking
/// the key.
#[utoipa::path(
    delete,
    path = "/admin/session",
    operation_id = "closeSession",
    tag = "session",
    responses((status = 204, description = "The cookie is cleared",
        headers(("Set-Cookie" = String, description = "An empty `buntime_api_key`"))))
)]
pub(super) async fn close(Extension(arrival): Extension<Arrival>) -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie("", 0, arrival.secure))])
}

/// `Secure` only behind HTTPS: a browser would drop it on plain HTTP.
fn cookie(value: &str, max_age: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age}{secure}")
}
