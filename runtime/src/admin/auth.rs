//! Who may use the admin API.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::{Admin, changes_state, local, origin, refuse};
use crate::dispatch::{Arrival, Caller, Refusal, bearer, take_credential};
use crate::keys::Principal;

/// Lets a request with a live key pass; one that changes something also needs
/// an Origin of this host. `davit dev` trusts somebody at this machine.
pub(super) async fn require(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let checked = principal(&admin, &request).and_then(|principal| match principal {
        Principal::Root if changes_state(request.method()) => origin::check(request.uri(), request.headers()),
        Principal::Root | Principal::Local => Ok(()),
    });
    match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(refusal, &request),
    }
}

/// Whose request this is.
fn principal(admin: &Admin, request: &Request) -> Result<Principal, Refusal> {
    let mut headers = request.headers().clone();
    let has_bearer = bearer(&headers).is_some();
    match take_credential(&mut headers, &admin.keys) {
        Caller::Known(principal) => Ok(principal),
        Caller::Unknown if !has_bearer && admin.trust_loopback && is_local(request) => Ok(Principal::Local),
        Caller::Unknown if !has_bearer => Err(Refusal::unauthorized("AUTH_REQUIRED", "Unauthorized")),
        Caller::Unknown | Caller::Wrong => Err(Refusal::unauthorized("INVALID_KEY", "Unauthorized")),
    }
}

fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<Arrival>().map(|arrival| arrival.peer);
    peer.is_some_and(|peer| local::is_local(peer.ip(), request.uri(), request.headers()))
}
