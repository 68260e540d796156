//! A request's way to its answer.
//!
//! ```text
//! intake → (Davit's own path → admin) → match base → credential → authenticating hooks → gate → other hooks
//!   → existing file → engine → SPA fallback → onResponse hooks → reply
//! ```
//!
//! Interfaces §6 has the order.

mod arrive;
mod asset;
mod body;
mod credential;
mod engine;
mod enter;
mod events;
mod gate;
mod hooks;
mod hop_by_hop;
mod intake;
mod journey;
mod refusal;
mod reply;
mod request_id;
mod route;
mod socket;
mod streaming;
mod target;
mod upgrade;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use davit_engine::Body;
use http::{Request, Response, request};
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::assemble::Assembler;
use crate::keys::Keys;
use crate::listen::Answer;
use crate::metrics::Metrics;
use journey::Journey;
use route::Route;
use upgrade::Handshake;

pub use credential::{Caller, bearer, take as take_credential};
pub use intake::Arrival;
pub use refusal::Refusal;
pub use request_id::RequestId;

/// Answers requests from whatever snapshot is current.
pub struct Dispatcher {
    assembler: Arc<Assembler>,
    keys: Arc<Keys>,
    admin: axum::Router,
    metrics: Arc<Metrics>,
}

impl Answer for Dispatcher {
    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let id = RequestId::of(request.headers());
        let handshake = Handshake::of(&mut request);
        let mut plugin = None;
        let answer = match intake::take(request, peer, id.clone()) {
            Ok((arrival, head, body)) if arrival.is_for_davit() => self.ask_davit(arrival, head, body).await,
            Ok((arrival, head, body)) => {
                let route = Route::find(&self.assembler, &arrival).await;
                plugin = route.target.as_ref().map(|target| target.plugin().name.clone());
                tracing::trace!(request = %id, plugin = plugin.as_ref().map(tracing::field::display), path = %arrival.path, "matched");
                Journey { route, arrival, handshake }.run(head, body, &self.keys).await
            }
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &answer {
            refusal.log(&id, plugin.as_ref());
        }
        let response = reply::finish(answer, &id);
        self.metrics.answered(plugin.as_ref(), response.status());
        response
    }
}

impl Dispatcher {
    /// `admin` answers Davit's own paths.
    pub fn new(
        assembler: Arc<Assembler>,
        keys: Arc<Keys>,
        admin: axum::Router,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { assembler, keys, admin, metrics }
    }

    async fn ask_davit(
        &self,
        arrival: Arrival,
        head: request::Parts,
        body: Incoming,
    ) -> Result<Response<Body>, Refusal> {
        let mut request = Request::from_parts(head, axum::body::Body::new(body));
        *request.uri_mut() = arrival.uri.clone();
        request.extensions_mut().insert(arrival);
        let Ok(response) = self.admin.clone().oneshot(request).await;
        Ok(response.map(body::from_axum))
    }
}
