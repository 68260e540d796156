//! A request's way to its answer.
//!
//! ```text
//! intake → (Davit's own path → admin) → match base → credential → authenticating hooks → gate → other hooks
//!   → existing file → engine → SPA fallback → onResponse hooks → reply
//! ```
//!
//! Interfaces §6 has the order.

mod access_log;
mod arrive;
mod asset;
mod body;
mod cookie;
mod credential;
mod engine;
mod enter;
mod events;
mod forwarded;
mod gate;
mod hooks;
mod hop_by_hop;
mod intake;
mod journey;
mod origin;
mod refusal;
mod reply;
mod request_id;
mod route;
mod secure;
mod socket;
mod streaming;
mod target;
mod trace;
mod upgrade;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use davit_engine::Body;
use http::{Request, Response, request};
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::assemble::Assembler;
use crate::keys::Keys;
use crate::listen::Answer;
use crate::metrics::Metrics;
use access_log::Entry;
use journey::Journey;
use refusal::Code;
use route::Route;
use upgrade::Handshake;

pub use access_log::TARGET as ACCESS_LOG;
pub use cookie::SESSION_COOKIE;
pub use credential::{Caller, count_wrong, take as take_credential};
pub use forwarded::{InvalidNetwork, TrustedProxies};
pub use intake::Arrival;
pub use origin::Origin;
pub use refusal::{ErrorBody, Refusal};
pub use request_id::RequestId;
pub use secure::secure;
pub use trace::TraceId;

/// Answers requests from whatever snapshot is current.
pub struct Dispatcher {
    assembler: Arc<Assembler>,
    keys: Arc<Keys>,
    proxies: TrustedProxies,
    admin: axum::Router,
    metrics: Arc<Metrics>,
    /// Whether each request gets a line in the log.
    access_log: bool,
}

impl Answer for Dispatcher {
    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let came = Instant::now();
        let id = RequestId::of(request.headers_mut());
        let client = self.proxies.client(peer.ip(), request.headers());
        let entry = self.access_log.then(|| Entry::of(&request, id.clone(), came, client.address));
        let handshake = Handshake::of(&mut request);
        let mut meter = None;
        let answer = match intake::take(request, peer, client, id.clone()) {
            Ok((arrival, head, body)) if arrival.is_for_davit() => self.ask_davit(arrival, head, body).await,
            Ok((arrival, head, body)) => {
                let route = Route::find(&self.assembler, &arrival).await;
                meter = route.target.as_ref().map(|target| target.meter().clone());
                Journey { route, arrival, handshake }.run(head, body, &self.keys).await
            }
            Err(refusal) => Err(refusal),
        };
        let meter = meter.as_ref().unwrap_or(self.metrics.nobodys());
        if let Err(refusal) = &answer {
            refusal.log(&id, meter.plugin());
        }
        let response = reply::finish(answer, &id);
        let code = response.extensions().get().map(|Code(code)| *code);
        meter.answered(response.status(), came.elapsed(), code);
        match entry {
            Some(entry) => entry.follow(response, meter.plugin()),
            None => response,
        }
    }
}

impl Dispatcher {
    /// `admin` answers Davit's own paths. `access_log` writes a line for each request.
    pub fn new(
        assembler: Arc<Assembler>,
        keys: Arc<Keys>,
        proxies: TrustedProxies,
        admin: axum::Router,
        metrics: Arc<Metrics>,
        access_log: bool,
    ) -> Self {
        Self { assembler, keys, proxies, admin, metrics, access_log }
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
