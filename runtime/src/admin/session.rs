//! `/admin/session`: a cookie for browsers in place of a key (Buntime contract §4).

use std::time::Duration;

use axum::extract::{FromRequest, Request, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::{Admin, auth, sent};
use crate::dispatch::{Arrival, Refusal, SESSION_COOKIE, count_wrong};
use crate::keys::{Permission, Principal, Role, SESSION_SECONDS};

/// The most that is taken as what opens a session, in bytes.
pub(super) const MAX_LOGIN: usize = 4 << 10;
/// How long that may take to come.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many may be on their way at once: anybody may send one, so all together must hold
/// little of the memory.
const MAX_LOGINS: usize = 64;
static LOGINS: Semaphore = Semaphore::const_new(MAX_LOGINS);

/// What opens a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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

impl<S: Send + Sync> FromRequest<S> for Login {
    type Rejection = Refusal;

    /// The route has looked at the media type and the announced length.
    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let _one_of_few = LOGINS.try_acquire().map_err(|_| too_many())?;
        Self::read(&sent::body(request, state, MAX_LOGIN, PATIENCE).await?)
    }
}

impl Login {
    /// What does not fit is not shown: any of it may be a key.
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        sent::read(body).map_err(|refusal| match refusal.code() {
            "INVALID_REQUEST" => {
                let message = "the body is not {\"key\": \"KEY\"} with a live key";
                Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
            }
            _ => refusal,
        })
    }
}

fn too_many() -> Refusal {
    let message = format!("{MAX_LOGINS} sessions are being opened: try again in a second");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_LOGINS", message).retry_after(1)
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
        (status = 503, description = "`TOO_MANY_LOGINS`: as many are being opened as may be at once"),
    )
)]
pub(super) async fn open(
    State(admin): State<Admin>,
    Extension(arrival): Extension<Arrival>,
    login: Login,
) -> Result<impl IntoResponse, Refusal> {
    let Some((principal, token)) = admin.keys.open_session(login.key.as_bytes()).await else {
        count_wrong(&admin.keys, arrival.client)?;
        let refusal = Refusal::unauthorized("INVALID_KEY", "Unauthorized");
        return Err(refusal.hint("that is no live key: send one as `key`, {\"key\": \"KEY\"}"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_body_that_does_not_fit_is_shown() {
        for body in [
            "\"s3cret\"",
            "{\"s3cret\": 1}",
            "{\"key\": [\"s3cret\"]}",
            "{\"key\": {\"s3cret\": 1}}",
            "{\"key\": \"x\", \"s3cret\": 1}",
            "{\"key\": 53237}",
            "[\"s3cret\"]",
            "s3cret",
            "{\"key\": s3cret}",
            "{\"key\": \"s3cret",
            "{\"key\": \"x\"} s3cret",
            "{\"key\": \"\\s3cret\"}",
        ] {
            let refusal = Login::read(body.as_bytes()).err().unwrap();
            assert!(refusal.code() == "INVALID_REQUEST" || refusal.code() == "INVALID_JSON", "{body}");
            let told = format!("{refusal} {refusal:?}");
            assert!(!told.contains("s3cret") && !told.contains("53237"), "{body}: {told}");
        }
        assert_eq!(Login::read(b"{\"key\": \"s3cret\"}").ok().unwrap().key, "s3cret");
    }
}
