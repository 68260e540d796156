//! Lets a plugin's code answer, within the plugin's limits.

use std::sync::Arc;
use std::time::Duration;

use davit_engine::{Body, Group, Patience, ServeError, Served, Wait};
use davit_plugin::manifest::Limits;
use http::{Request, Response, StatusCode};
use tokio::time::{Instant, sleep_until};

use super::Refusal;
use super::body::{Outcome, too_large};
use super::streaming::Streaming;
use super::upgrade::Handshake;
use crate::assemble::Lease;

/// A plugin's code, its place in its group, and the request's lease.
pub(super) type Code = (Arc<dyn Group>, usize, Lease);

/// What bounds a request, and what became of its body.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub(super) limits: Limits,
    pub(super) outcome: &'a Outcome,
}

impl Bounds<'_> {
    /// What a request's unreadable body is to the client.
    pub(super) fn broken_body(&self) -> Refusal {
        match self.outcome.too_large() {
            true => too_large(self.limits.max_body_size),
            false => ServeError::RequestBody.into(),
        }
    }
}

/// The plugin's answer, whatever its status. The lease lasts as long as the
/// response's body, or as the WebSocket.
pub(super) async fn ask(
    (group, place, lease): Code,
    bounds: Bounds<'_>,
    mut request: Request<Body>,
    handshake: Option<Handshake>,
) -> Result<Response<Body>, Refusal> {
    let patience = Patience::default();
    request.extensions_mut().insert(patience.clone());
    let served = tokio::select! {
        served = group.serve(place, request) => served,
        limit = too_late(&patience, bounds.limits.request_timeout()) => return Err(timed_out(limit)),
    };
    match (served, handshake) {
        (Ok(Served::Response(response)), _) => Ok(Streaming::of(response, lease, patience)),
        (Ok(Served::Socket(socket)), Some(handshake)) => Ok(handshake.accept(*socket, lease)),
        (Ok(Served::Socket(_)), None) => Err(ServeError::Plugin.into()),
        (Err(ServeError::RequestBody), _) => Err(bounds.broken_body()),
        (Err(error), _) => Err(error.into()),
    }
}

/// Waits until the response's head has taken too long; `server.timeout` counts
/// from when it was called.
async fn too_late(patience: &Patience, limit: Duration) -> Duration {
    let mut said = patience.subscribe();
    let mut limit = Some(limit);
    loop {
        let late = async {
            match limit {
                Some(limit) => sleep_until(Instant::now() + limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = late => return limit.unwrap_or_default(),
            Ok(()) = said.changed() => limit = match *said.borrow_and_update() {
                Wait::AsLimited => limit,
                Wait::For(said) => Some(said),
                Wait::Unlimited => None,
            },
        }
    }
}

fn timed_out(limit: Duration) -> Refusal {
    let message = format!("the plugin did not answer within {limit:?}: try again later");
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, "REQUEST_TIMEOUT", message)
}
