//! The last stage: an answer or a refusal becomes the response.

use davit_engine::Body;
use http::{Response, StatusCode};

use super::hop_by_hop::strip_hop_by_hop;
use super::{Refusal, RequestId};

/// Numbers the response and takes off what is the connection's business.
pub(super) fn finish(answer: Result<Response<Body>, Refusal>, id: &RequestId) -> Response<Body> {
    let mut response = answer.unwrap_or_else(|refusal| refusal.into_response(id));
    // An accepted WebSocket's handshake is the connection's own business.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        strip_hop_by_hop(response.headers_mut());
    }
    let (name, value) = id.header();
    response.headers_mut().insert(name, value);
    response
}
