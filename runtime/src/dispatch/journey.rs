//! A request's way through the plugins of one snapshot.
//!
//! ```text
//! request → enter (hooks and gate) → door (file, code, page) → onResponse hooks
//! ```

use davit_engine::{Body, Peer, Upgradable, empty};
use davit_plugin::manifest::Limits;
use http::{Request, Response, StatusCode, request};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::arrive::Door;
use super::body::{Limited, Outcome, too_large};
use super::engine::Bounds;
use super::enter::enter;
use super::gate::Gate;
use super::hooks::{Asking, Passed};
use super::origin::cookie_counts;
use super::route::Route;
use super::upgrade::Handshake;
use super::{Arrival, Refusal, cookie, credential, intake};
use crate::keys::Keys;

/// One request on its way.
pub(super) struct Journey {
    pub(super) route: Route,
    pub(super) arrival: Arrival,
    pub(super) handshake: Option<Handshake>,
}

impl Journey {
    /// Goes all the way.
    pub(super) async fn run(
        self,
        mut head: request::Parts,
        body: Incoming,
        keys: &Keys,
    ) -> Result<Response<Body>, Refusal> {
        let Self { mut route, mut arrival, handshake } = self;
        if route.is_empty() {
            return Err(Refusal::not_found(&arrival.path));
        }
        // Asked of the headers as they came: `Connection` may name the Origin.
        let cookie = cookie_counts(&head.method, handshake.is_some(), &arrival.uri, &head.headers);
        intake::for_plugin(&mut head.headers, &arrival);
        let gate = Gate { keys, caller: credential::take_with(&mut head.headers, keys, cookie) };
        if handshake.is_some() {
            head.extensions.insert(Upgradable);
            Handshake::restore(&mut head.headers);
        }
        let code = route.target.as_mut().and_then(|target| target.code.take());
        let limits = route.limits();
        let (request, outcome) = bounded(&arrival, head, body, limits)?;
        let bounds = Bounds { limits, outcome: &outcome };
        let app = route.app();
        let asking = Asking { route: &route, app: app.as_ref(), bounds };
        let (seen, passed) = enter(&asking, &gate, &mut arrival, request).await?;
        let response = match passed {
            Passed::Answered(response) => response,
            Passed::On(request) => {
                let door = Door { target: route.target.as_ref(), code, bounds, handshake };
                let answer = door.answer(&arrival, request).await;
                answer.unwrap_or_else(|refusal| {
                    refusal.log(&arrival.id, app.as_ref().map(|app| &app.name));
                    refusal.into_response(&arrival.id)
                })
            }
        };
        let mut response = match seen {
            Some(seen) if response.status() != StatusCode::SWITCHING_PROTOCOLS => {
                asking.out(&seen, response).await
            }
            _ => response,
        };
        if cookie::withhold(response.headers_mut()) {
            let plugin = app.as_ref().map(|app| tracing::field::display(&app.name));
            tracing::debug!(request = %arrival.id, plugin, "a plugin set the cookie of Davit's sessions: it was dropped");
        }
        Ok(response)
    }
}

/// The request as plugins see it, its body within the plugin's bound.
fn bounded(
    arrival: &Arrival,
    mut head: request::Parts,
    body: Incoming,
    limits: Limits,
) -> Result<(Request<Body>, Outcome), Refusal> {
    head.uri = arrival.uri.clone();
    head.extensions.insert(Peer(arrival.peer));
    if body.is_end_stream() {
        return Ok((Request::from_parts(head, empty()), Outcome::default()));
    }
    if body.size_hint().lower() > limits.max_body_size {
        return Err(too_large(limits.max_body_size));
    }
    let (body, outcome) = Limited::new(body, limits.max_body_size);
    Ok((Request::from_parts(head, body.boxed_unsync()), outcome))
}
