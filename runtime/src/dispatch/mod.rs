//! A request's way to its answer.
//!
//! ```text
//! intake → (Davit's own path → admin) → match base → credential → gate → existing file → engine → SPA fallback → reply
//! ```
//!
//! Interfaces §6 has the order; hooks will stand before and behind the gate.

mod asset;
mod body;
mod credential;
mod engine;
mod gate;
mod hop_by_hop;
mod intake;
mod refusal;
mod reply;
mod request_id;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;

use davit_engine::Body;
use http::{Request, Response, StatusCode, request};
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::assemble::Assembler;
use crate::keys::Keys;
use crate::listen::Answer;
use crate::metrics::Metrics;
use target::Target;

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
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let id = RequestId::of(request.headers());
        let mut plugin = None;
        let answer = match intake::take(request, peer, id.clone()) {
            Ok((arrival, head, body)) if arrival.is_for_davit() => self.ask_davit(arrival, head, body).await,
            Ok((arrival, head, body)) => match Target::find(&self.assembler, &arrival) {
                Some(target) => {
                    let name = plugin.insert(target.plugin().name.clone());
                    tracing::trace!(request = %id, plugin = %name, path = %arrival.path, "matched");
                    self.ask_plugin(target, &arrival, head, body).await
                }
                None => Err(Refusal::not_found(&arrival.path)),
            },
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

    async fn ask_plugin(
        &self,
        mut target: Target,
        arrival: &Arrival,
        mut head: request::Parts,
        body: Incoming,
    ) -> Result<Response<Body>, Refusal> {
        intake::for_plugin(&mut head.headers, arrival);
        let caller = credential::take(&mut head.headers, &self.keys);
        gate::pass(target.plugin(), &head.method, arrival, &caller)?;
        if let Some(existing) = asset::existing(&target, arrival, &head.method) {
            return existing.respond(&head.method, &head.headers).await;
        }
        if target.is_down() {
            return Err(davit_engine::ServeError::Unavailable.into());
        }
        let code = target.code.take();
        let page = asset::fallback(&target, &head);
        let asked = page.map(|page| (page, head.method.clone(), head.headers.clone()));
        let limits = target.plugin().limits;
        let answer = match code {
            Some(code) => Some(engine::ask(code, limits, arrival, head, body).await?),
            None => None,
        };
        match (answer, asked) {
            (Some(response), _) if response.status() != StatusCode::NOT_FOUND => Ok(response),
            (_, Some((page, method, headers))) => asset::respond(page, &method, &headers).await,
            (Some(response), None) => Ok(response),
            (None, None) => Err(Refusal::not_found(&arrival.path)),
        }
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
