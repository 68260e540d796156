//! Lets a plugin's code answer, within the plugin's limits.

use std::sync::Arc;

use davit_engine::{Body, Group, Peer, ServeError};
use davit_plugin::manifest::Limits;
use http::{Request, Response, StatusCode, request};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::body::{Limited, Streaming, too_large};
use super::{Arrival, Refusal};
use crate::assemble::Lease;

/// The plugin's answer, whatever its status. The lease lasts as long as the
/// response's body.
pub(super) async fn ask(
    (group, place, lease): (Arc<dyn Group>, usize, Lease),
    limits: Limits,
    arrival: &Arrival,
    head: request::Parts,
    body: Incoming,
) -> Result<Response<Body>, Refusal> {
    if body.size_hint().lower() > limits.max_body_size {
        return Err(too_large(limits.max_body_size));
    }
    let (body, outcome) = Limited::new(body, limits.max_body_size);
    let mut request = Request::from_parts(head, body.boxed_unsync());
    *request.uri_mut() = arrival.uri.clone();
    request.extensions_mut().insert(Peer(arrival.peer));
    match tokio::time::timeout(limits.request_timeout(), group.serve(place, request)).await {
        Ok(Ok(response)) => Ok(response.map(|body| Streaming::new(body, lease).boxed_unsync())),
        Ok(Err(ServeError::RequestBody)) if outcome.too_large() => Err(too_large(limits.max_body_size)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Refusal::new(
            StatusCode::GATEWAY_TIMEOUT,
            "REQUEST_TIMEOUT",
            format!("the plugin did not answer within {:?}: try again later", limits.request_timeout()),
        )),
    }
}
