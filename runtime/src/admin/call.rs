//! What a call asks of whoever makes it, in this order: leave to make it, that no
//! operator manages this runtime, a body that is small enough and of the right type.
//! Only then the call's own code sees the request.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use davit_plugin::manifest::ByteSize;
use http::{HeaderMap, StatusCode, header};

use super::managed::{self, Change};
use super::sent::MAX_JSON;
use super::session::MAX_LOGIN;
use super::{Admin, auth, changes_state, origin};
use crate::dispatch::Refusal;
use crate::keys::{Permission, Principal};

/// What a multipart form may have around its file, in bytes.
const FORM: u64 = 64 << 10;

/// What one call needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// None if it is open to everybody.
    pub(super) permission: Option<Permission>,
    /// What it changes, if an operator does that in a managed runtime.
    pub(super) change: Option<Change>,
    pub(super) accepts: Accepts,
}

/// The body that a call reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    /// None.
    Nothing,
    /// JSON of at most [`MAX_JSON`].
    Json,
    /// JSON of at most [`MAX_LOGIN`], from anybody.
    Login,
    /// A form with a package.
    Multipart,
}

impl Call {
    /// Open to everybody.
    pub(super) const fn open(accepts: Accepts) -> Self {
        Self { permission: None, change: None, accepts }
    }

    /// Only reads.
    pub(super) const fn reads(permission: Permission) -> Self {
        Self { permission: Some(permission), change: None, accepts: Accepts::Nothing }
    }

    /// Changes what a managed runtime leaves to its operator.
    pub(super) const fn changes(permission: Permission, change: Change, accepts: Accepts) -> Self {
        Self { permission: Some(permission), change: Some(change), accepts }
    }

    /// How much axum's own extractors read of a body; the upload counts by itself.
    pub(super) fn limit(self) -> DefaultBodyLimit {
        match self.accepts {
            Accepts::Nothing | Accepts::Json => DefaultBodyLimit::max(MAX_JSON),
            Accepts::Login => DefaultBodyLimit::max(MAX_LOGIN),
            Accepts::Multipart => DefaultBodyLimit::disable(),
        }
    }

    fn judge(self, admin: &Admin, request: &Request) -> Result<(), Refusal> {
        let changes = changes_state(request.method());
        match self.permission {
            Some(permission) => allowed(permission, request.extensions().get())?,
            // The guard, which asks this for all others, lets it by.
            None if changes => origin::check(request.uri(), request.headers())?,
            None => {}
        }
        if let Some(change) = self.change {
            managed::leave(change, &admin.source)?;
        }
        if changes { self.fits(admin, request.headers()) } else { Ok(()) }
    }

    fn fits(self, admin: &Admin, headers: &HeaderMap) -> Result<(), Refusal> {
        let (limit, most) = match self.accepts {
            Accepts::Nothing | Accepts::Json => (MAX_JSON as u64, MAX_JSON as u64),
            Accepts::Login => (MAX_LOGIN as u64, MAX_LOGIN as u64),
            Accepts::Multipart => (admin.max_upload_size, admin.max_upload_size.saturating_add(FORM)),
        };
        if length(headers).is_some_and(|length| length > most) {
            return Err(too_large(limit));
        }
        match (self.accepts, media_type(headers).as_deref()) {
            (Accepts::Nothing, _)
            | (Accepts::Json | Accepts::Login, Some("application/json"))
            | (Accepts::Multipart, Some("multipart/form-data")) => Ok(()),
            (Accepts::Json | Accepts::Login, _) => Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "this call takes JSON: add -H 'Content-Type: application/json'",
            )),
            (Accepts::Multipart, _) => Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "INVALID_MULTIPART_FORM",
                "this call takes a multipart form: send the package with curl's -F file=@PACKAGE.tgz",
            )),
        }
    }
}

/// Lets a request pass that the call suits.
pub(super) async fn check(
    State((admin, call)): State<(Admin, Call)>,
    request: Request,
    next: Next,
) -> Response {
    match call.judge(&admin, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => IntoResponse::into_response(refusal),
    }
}

/// The guard says who it is; without it nobody is let in.
fn allowed(permission: Permission, principal: Option<&Principal>) -> Result<(), Refusal> {
    match principal {
        Some(principal) if principal.may(permission) => Ok(()),
        Some(_) => {
            let message = format!("this key lacks the permission {permission}: take one that has it");
            Err(Refusal::new(StatusCode::FORBIDDEN, "PERMISSION_DENIED", message))
        }
        None => Err(auth::required()),
    }
}

/// 413 for a body beyond its limit, in bytes.
pub(super) fn too_large(limit: u64) -> Refusal {
    let message = format!("the body is larger than the {} that this call takes: send less", ByteSize(limit));
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}
