//! Which page sent a request: the `Origin` that its browser wrote, compared with the
//! host that the request is for (Buntime contract §4).

use http::{HeaderMap, Method, Uri, header};
use url::Url;

/// Where a request was sent from, as far as its browser tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It names none: no browser sent it, or it only reads.
    Unnamed,
    /// A page of the host and port that the request is for.
    Ours,
    /// Anything else, also what cannot be read, and more than one.
    Other,
}

impl Origin {
    /// That of a request for `uri`, which is absolute.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(header::ORIGIN).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Self::Unnamed,
            (Some(line), None) if line.to_str().is_ok_and(|text| is_same(text, uri)) => Self::Ours,
            _ => Self::Other,
        }
    }
}

/// Whether a session's cookie counts at a plugin. Browsers send it with what other
/// pages ask for too, if those are of the same site: another port of this host, a
/// sibling of its name. Such a page must change nothing, and open no WebSocket.
pub(super) fn cookie_counts(method: &Method, opens_socket: bool, uri: &Uri, headers: &HeaderMap) -> bool {
    (method.is_safe() && !opens_socket) || Origin::of(uri, headers) != Origin::Other
}

/// Hosts are compared with their ports; which one is implied depends on the origin's
/// scheme, since TLS may end before us.
fn is_same(origin: &str, uri: &Uri) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let default = match url.scheme() {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let host =
        uri.host().is_some_and(|host| url.host_str().is_some_and(|other| other.eq_ignore_ascii_case(host)));
    host && url.port().unwrap_or(default) == uri.port_u16().unwrap_or(default)
        && is_plain(origin, &url, default)
}

/// Whether the text is an origin and nothing more: the parser forgives what no browser
/// writes.
fn is_plain(text: &str, url: &Url, default: u16) -> bool {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let origin = url.origin().ascii_serialization();
    text == origin || text == format!("{origin}:{default}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const HERE: &str = "http://localhost:8000/";

    #[test]
    fn only_this_host_and_port_are_ours() {
        let table = [
            ("http://localhost:8000", HERE, true),
            ("http://LOCALHOST:8000", HERE, true),
            ("http://localhost:8000/", HERE, true),
            ("https://davit.example", "http://davit.example/", true),
            ("https://davit.example:443", "http://davit.example/", true),
            ("http://davit.example:80", "http://davit.example/", true),
            ("http://[::1]:8000", "http://[::1]:8000/", true),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/", true),
            ("http://localhost:8001", HERE, false),
            ("http://localhost", HERE, false),
            ("http://evil.example", HERE, false),
            ("http://localhost:8000@evil.example", HERE, false),
            ("http://user@localhost:8000", HERE, false),
            ("http://localhost:8000/path", HERE, false),
            ("null", HERE, false),
            ("file://", HERE, false),
            ("file://localhost:8000", HERE, false),
            ("", HERE, false),
            ("localhost:8000", HERE, false),
        ];
        for (origin, uri, expected) in table {
            assert_eq!(is_same(origin, &uri.parse().unwrap()), expected, "{origin} for {uri}");
        }
    }

    #[test]
    fn what_the_parser_forgives_is_no_origin() {
        for origin in [
            "http://@localhost:8000",
            "http://:@localhost:8000",
            "http:localhost:8000",
            "http:/localhost:8000",
            "http:/\\localhost:8000",
            "http:\\\\localhost:8000",
            "http:///localhost:8000",
            "http://localhost:8000//",
            "http://localhost:8000/./",
            "http://localhost:8000/a/..",
            "http://localhost:8000?",
            "http://localhost:8000#",
            "http://localhost:08000",
            "http://local%68ost:8000",
            "http://local\thost:8000",
            " http://localhost:8000",
        ] {
            assert!(!is_same(origin, &Uri::from_static(HERE)), "{origin}");
        }
        for host in ["2130706433", "0x7f.1", "127.1"] {
            let origin = format!("http://{host}:8000");
            assert!(!is_same(&origin, &Uri::from_static("http://127.0.0.1:8000/")), "{origin}");
        }
    }

    #[test]
    fn a_cookie_changes_nothing_for_a_page_of_another_origin() {
        let uri = Uri::from_static(HERE);
        let counts = |method: &Method, socket, origins: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in origins {
                headers.append(header::ORIGIN, HeaderValue::from_static(line));
            }
            cookie_counts(method, socket, &uri, &headers)
        };
        let others: [&[&str]; 4] = [
            &["http://localhost:8001"],
            &["null"],
            &[""],
            &["http://localhost:8000", "http://localhost:8000"],
        ];
        for origins in others {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(!counts(&method, false, origins), "{method} {origins:?}");
            }
            assert!(!counts(&Method::GET, true, origins), "{origins:?}");
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                assert!(counts(&method, false, origins), "{method} {origins:?}");
            }
        }
        for origins in [&[][..], &["http://localhost:8000"]] {
            assert!(counts(&Method::POST, false, origins) && counts(&Method::GET, true, origins));
        }
    }
}
