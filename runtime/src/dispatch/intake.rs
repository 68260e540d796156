//! In: a request as it came. Out: its path normalised once, its host, its
//! number. Everything behind this sees only the normalised path.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use davit_plugin::routes::NormalPath;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header, request};
use hyper::body::Incoming;
use uuid::Uuid;

use super::Refusal;

/// The number of a request in logs, errors and `X-Request-Id`: the client's own
/// if it sent a sensible one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

/// What is known of a request before anybody looks at what it asks for.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The number.
    pub id: RequestId,
    /// The normalised path.
    pub path: NormalPath,
    /// Where the client connected from.
    pub peer: IpAddr,
    host: Authority,
    query: Option<String>,
}

const ID: &str = "x-request-id";

impl RequestId {
    /// Takes the client's number, or makes one.
    pub fn of(headers: &HeaderMap) -> Self {
        let sensible =
            |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let sent = headers.get(ID).and_then(|id| id.to_str().ok()).filter(sensible);
        Self(sent.map_or_else(|| Uuid::now_v7().to_string().into(), Arc::from))
    }

    pub(super) fn header(&self) -> (&'static str, HeaderValue) {
        (ID, HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("-")))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Arrival {
    /// Whether the path is Davit's own; no plugin and no hook sees it.
    pub fn is_for_davit(&self) -> bool {
        matches!(self.path.split_base().0, "_" | "api" | ".well-known")
    }

    /// The absolute URI with the normalised path.
    pub fn uri(&self) -> Uri {
        let mut target = self.path.as_str().to_owned();
        if let Some(query) = &self.query {
            target.push('?');
            target.push_str(query);
        }
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.host.clone());
        parts.path_and_query = PathAndQuery::try_from(target).ok();
        Uri::from_parts(parts).unwrap_or_default()
    }

    /// What stands behind the `?`, with it.
    pub(super) fn query(&self) -> String {
        self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"))
    }
}

/// Normalises the request's target and takes off what only its connection
/// concerns.
pub(super) fn take(
    request: Request<Incoming>,
    peer: SocketAddr,
    id: RequestId,
) -> Result<(Arrival, request::Parts, Incoming), Refusal> {
    let (mut head, body) = request.into_parts();
    if head.method == Method::CONNECT || head.method == Method::TRACE {
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "this method is not served",
        ));
    }
    let path = NormalPath::new(head.uri.path())
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST_TARGET", error.to_string()))?;
    let host = host(&head).ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "BAD_HOST",
            "the Host header is missing, not a host, or there twice: send one",
        )
    })?;
    strip_hop_by_hop(&mut head.headers);
    // Only a hook that may authenticate vouches for a caller; nobody outside does.
    head.headers.remove("x-identity");
    let (name, value) = id.header();
    head.headers.insert(name, value);
    let query = head.uri.query().map(str::to_owned);
    let arrival = Arrival { id, path, peer: peer.ip().to_canonical(), host, query };
    Ok((arrival, head, body))
}

/// HTTP/2 and absolute targets name the host in the target (RFC 9112 §3.2.2).
/// Two Host headers are refused: whoever stands before us may read the other one.
fn host(head: &request::Parts) -> Option<Authority> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let (host, None) = (hosts.next(), hosts.next()) else { return None };
    let authority = match head.uri.authority() {
        Some(authority) => authority.clone(),
        None => Authority::try_from(host?.as_bytes()).ok()?,
    };
    (!authority.as_str().contains('@')).then_some(authority)
}

const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Headers for this connection alone (RFC 9110 §7.6.1).
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_sensible_request_id_and_replaces_any_other() {
        let id = |text: &'static str| {
            RequestId::of(&HeaderMap::from_iter([(ID.parse().unwrap(), HeaderValue::from_static(text))]))
        };
        assert_eq!(id("abc-1").to_string(), "abc-1");
        assert_ne!(id("a b").to_string(), "a b");
        assert_ne!(id("").to_string(), "");
    }

    #[test]
    fn takes_off_what_concerns_the_connection_alone() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("connection", "close, X-Mine"), ("x-mine", "1"), ("te", "trailers"), ("x-other", "2")]
        {
            headers.insert(name, HeaderValue::from_static(value));
        }
        strip_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>(), ["x-other"]);
    }
}
