//! Who may use the admin API: a credential that counts, and for what changes
//! something an Origin of this host. What the caller may do is asked behind this.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;

use super::{Admin, changes_state, local, origin};
use crate::dispatch::{Arrival, Caller, Refusal, count_wrong, take_credential};
use crate::keys::Principal;

const REQUIRED: &str = "send a key: add -H 'X-API-Key: KEY' or -H 'Authorization: Bearer KEY'";
const WRONG: &str =
    "that is no live key: send one with -H 'X-API-Key: KEY' or -H 'Authorization: Bearer KEY'";
/// What who calls `davit dev` as a browser does may not expect.
const ORIGIN: &str = "a call with an Origin needs a key here too: add -H 'X-API-Key: KEY' or \
    -H 'Authorization: Bearer KEY', with the key that `davit dev` printed when it started";

/// Lets a request with a live key or session pass, and tells the calls behind whose
/// it is; one that changes something also needs an Origin of this host. `davit dev`
/// trusts somebody at this machine.
pub(super) async fn require(State(admin): State<Admin>, mut request: Request, next: Next) -> Response {
    match judge(&admin, &request) {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(refusal) => IntoResponse::into_response(refusal),
    }
}

fn judge(admin: &Admin, request: &Request) -> Result<Principal, Refusal> {
    let principal = principal(admin, request)?;
    if !principal.is_local() && changes_state(request.method()) {
        origin::check(request.uri(), request.headers())?;
    }
    Ok(principal)
}

/// Whose request this is.
fn principal(admin: &Admin, request: &Request) -> Result<Principal, Refusal> {
    match caller_of(admin, request)? {
        Caller::Known(principal) => Ok(principal),
        Caller::Unknown if admin.trust_loopback && request.headers().contains_key(header::ORIGIN) => {
            Err(required().hint(ORIGIN))
        }
        Caller::Unknown => Err(required()),
        Caller::Foreign | Caller::Wrong => Err(wrong()),
    }
}

/// 401 for a call without a key. Buntime's clients read the one word (contract §4); the
/// hint is for people.
pub(super) fn required() -> Refusal {
    Refusal::unauthorized("AUTH_REQUIRED", "Unauthorized").hint(REQUIRED)
}

/// 401 for a call whose key is none, or no more.
pub(super) fn wrong() -> Refusal {
    Refusal::unauthorized("INVALID_KEY", "Unauthorized").hint(WRONG)
}

/// Whose request this is, at a call that is open to everybody: none for a stranger,
/// also for one with a wrong key, unless it is one of too many.
pub(super) fn caller(admin: &Admin, request: &Request) -> Result<Option<Principal>, Refusal> {
    match caller_of(admin, request)? {
        Caller::Known(principal) => Ok(Some(principal)),
        Caller::Unknown | Caller::Foreign | Caller::Wrong => Ok(None),
    }
}

/// Counts wrong keys; fails only for those that are too many.
fn caller_of(admin: &Admin, request: &Request) -> Result<Caller, Refusal> {
    let caller = take_credential(&mut request.headers().clone(), &admin.keys);
    let arrival = request.extensions().get::<Arrival>();
    match (&caller, arrival) {
        (Caller::Unknown, Some(arrival)) if admin.trust_loopback && is_local(request, arrival) => {
            Ok(Caller::Known(Principal::local()))
        }
        (Caller::Wrong | Caller::Foreign, Some(arrival)) => {
            count_wrong(&admin.keys, arrival.client).map(|()| caller)
        }
        _ => Ok(caller),
    }
}

fn is_local(request: &Request, arrival: &Arrival) -> bool {
    local::is_local(arrival.peer.ip(), request.uri(), request.headers())
}
