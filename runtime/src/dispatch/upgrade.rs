//! A WebSocket's handshake (RFC 6455 §4.2), as far as the runtime judges it.

use davit_engine::{Body, Socket, empty};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::socket;
use crate::assemble::Lease;

/// A valid handshake that waits for a plugin to accept it.
pub(super) struct Handshake {
    accept: HeaderValue,
    connection: OnUpgrade,
}

impl Handshake {
    /// The handshake that a request is, if it is one.
    pub(super) fn of(request: &mut Request<Incoming>) -> Option<Self> {
        let headers = request.headers();
        let is_one = request.method() == Method::GET
            && request.version() == Version::HTTP_11
            && names(headers, &header::CONNECTION, "upgrade")
            && names(headers, &header::UPGRADE, "websocket")
            && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_one)?;
        let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok()?;
        Some(Self { accept, connection: hyper::upgrade::on(request) })
    }

    /// The headers that plugins look for, which `strip_hop_by_hop` took off.
    pub(super) fn restore(headers: &mut HeaderMap) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }

    /// The response that completes it; the messages go on beside it. The lease
    /// lasts as long as they do.
    pub(super) fn accept(self, mut socket: Socket, lease: Lease) -> Response<Body> {
        let mut headers = std::mem::take(&mut socket.headers);
        super::hop_by_hop::strip_hop_by_hop(&mut headers);
        headers.remove(header::CONTENT_LENGTH);
        Self::restore(&mut headers);
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        tokio::spawn(socket::run(self.connection, socket, lease));
        let mut response = Response::new(empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *response.headers_mut() = headers;
        response
    }
}

/// Whether a list of tokens has this one.
fn names(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case(token))
}
