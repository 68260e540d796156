//! In: a request as it came. Out: its path normalised once, its host, its
//! number. Everything behind this sees only the normalised path; a plugin also
//! sees no header that only the connection concerns.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use davit_plugin::routes::NormalPath;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, request};
use hyper::body::Incoming;

use super::forwarded::Client;
use super::hop_by_hop::strip_hop_by_hop;
use super::{Refusal, RequestId};

/// What is known of a request before anybody looks at what it asks for.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The number.
    pub id: RequestId,
    /// The normalised path.
    pub path: NormalPath,
    /// Where the connection comes from: the client, or the nearest proxy.
    pub peer: SocketAddr,
    /// The client's address, as far as trusted proxies tell.
    pub client: IpAddr,
    /// Whether the client speaks TLS with a trusted proxy.
    pub secure: bool,
    /// The absolute URI with the normalised path.
    pub uri: Uri,
}

/// What is not refused everywhere.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
/// The longest path and query after normalising, in bytes: [`Uri`] holds no more.
const MAX_TARGET: usize = (u16::MAX - 1) as usize;

impl Arrival {
    /// Whether the path is Davit's own; no plugin and no hook sees it.
    pub fn is_for_davit(&self) -> bool {
        matches!(self.path.split_base().0, "_" | "api" | ".well-known")
    }

    /// The same request under the URI that a hook gave it, normalised.
    pub(super) fn moved(&self, uri: &Uri) -> Result<Self, Refusal> {
        let path = NormalPath::new(uri.path()).map_err(|error| bad_target(&error))?;
        let host = uri.authority().or(self.uri.authority()).cloned();
        let host = host.ok_or_else(|| bad_target(&"it names no host"))?;
        let uri = absolute(host, &path, uri.query())?;
        Ok(Self { path, uri, ..self.clone() })
    }

    /// What stands behind the `?`, with it.
    pub(super) fn query(&self) -> String {
        self.uri.query().map_or_else(String::new, |query| format!("?{query}"))
    }
}

/// Normalises the request's target. The headers stay as they came: who may use
/// the admin API is decided by what was sent, not by what `Connection` leaves.
pub(super) fn take(
    request: Request<Incoming>,
    peer: SocketAddr,
    client: Client,
    id: RequestId,
) -> Result<(Arrival, request::Parts, Incoming), Refusal> {
    let (head, body) = request.into_parts();
    if head.method == Method::CONNECT || head.method == Method::TRACE {
        let message = format!("{} is not served", head.method);
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        return Err(refusal.allow(METHODS).instead(METHODS));
    }
    let path = NormalPath::new(head.uri.path()).map_err(|error| bad_target(&error))?;
    let host = host(&head).ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "BAD_HOST",
            "the Host header is missing, not a host, or there twice: send one",
        )
    })?;
    let uri = absolute(host, &path, head.uri.query())?;
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    let Client { address: client, secure } = client;
    Ok((Arrival { id, path, peer, client, secure, uri }, head, body))
}

/// The headers as a plugin may see them: none that only the connection concerns,
/// none that only Davit may set, and the host that the target names.
pub(super) fn for_plugin(headers: &mut HeaderMap, arrival: &Arrival) {
    strip_hop_by_hop(headers);
    // Only a hook that may authenticate vouches for a caller; nobody outside does.
    headers.remove("x-identity");
    let (name, value) = arrival.id.header();
    headers.insert(name, value);
    let host = arrival.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        headers.insert(header::HOST, host);
    }
}

fn bad_target(error: &dyn fmt::Display) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST_TARGET", error.to_string())
}

/// Normalising may make a path three times as long, since it encodes bytes.
fn absolute(host: Authority, path: &NormalPath, query: Option<&str>) -> Result<Uri, Refusal> {
    let mut target = path.as_str().to_owned();
    if let Some(query) = query {
        target.push('?');
        target.push_str(query);
    }
    if target.len() > MAX_TARGET {
        let message = format!("the path and the query have more than {MAX_TARGET} bytes: send fewer");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "URI_TOO_LONG", message));
    }
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(host);
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|error| bad_target(&error))?);
    Uri::from_parts(parts).map_err(|error| bad_target(&error))
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
    is_host(&authority).then_some(authority)
}

/// Whether the URL standard takes it for a host and a port, as a plugin's
/// `new Request` does.
fn is_host(authority: &Authority) -> bool {
    let host = authority.host();
    // A user before the `@` is no part of the host, so that the rest does not begin with it.
    let Some(port) = authority.as_str().strip_prefix(host) else { return false };
    let port = port.strip_prefix(':').map_or(port.is_empty(), |port| {
        port.is_empty() || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
    });
    port && url::Host::parse(host).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_for_a_host_only_what_the_url_standard_does() {
        let table = [
            ("a.test", true),
            ("a.test:0", true),
            ("a.test:65535", true),
            ("a.test:", true),
            ("[::1]:80", true),
            ("127.0.0.1", true),
            ("a:99999", false),
            ("a:65536", false),
            ("a@b", false),
            ("a@a", false),
            ("a:b@a:80", false),
            ("1.2.3.999", false),
            ("a%20b", false),
            ("xn--a", false),
            ("[::1", false),
        ];
        for (text, expected) in table {
            let host = Authority::try_from(text).is_ok_and(|authority| is_host(&authority));
            assert_eq!(host, expected, "{text}");
            if expected {
                assert!(url::Url::parse(&format!("http://{text}/")).is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_target_that_grows_too_long_is_refused_and_never_becomes_another_one() {
        let uri = |path: &str, query| {
            absolute(Authority::from_static("a.test"), &NormalPath::new(path).unwrap(), query)
        };
        assert_eq!(uri("/a\"", Some("b")).unwrap(), "http://a.test/a%22?b");
        let long = uri(&format!("/{}", "\"".repeat(30_000)), None).unwrap_err();
        assert_eq!(long.code(), "URI_TOO_LONG");
        let fits = format!("/{}", "a".repeat(MAX_TARGET - 3));
        assert_eq!(uri(&fits, Some("b")).unwrap().query(), Some("b"));
        assert_eq!(uri(&fits, Some("bc")).unwrap_err().code(), "URI_TOO_LONG");
    }

    #[test]
    fn a_plugin_is_told_the_host_of_the_target_and_no_identity_from_outside() {
        let id = RequestId::fixed("id");
        let uri = Uri::from_static("http://target.test:81/x");
        let peer: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let path = NormalPath::new("/x").unwrap();
        let arrival = Arrival { id, path, peer, client: peer.ip(), secure: false, uri };
        let sent = [("host", "other.test"), ("connection", "x-request-id"), ("x-identity", "root")];
        let mut headers =
            sent.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        for_plugin(&mut headers, &arrival);
        assert_eq!(headers.len(), 2, "{headers:?}");
        assert_eq!(
            (&headers["host"], &headers["x-request-id"]),
            (&"target.test:81".parse().unwrap(), &"id".parse().unwrap())
        );
    }
}
