//! The Origin check: a page of another site must not change anything with the
//! credentials of a visitor (Buntime contract §4).

use http::{HeaderMap, StatusCode, Uri, header};
use url::Url;

use crate::dispatch::Refusal;

/// Passes if the request has one Origin whose host and port are those of the
/// request itself.
pub(super) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (origin, others) = (origins.next(), origins.next());
    let same = match (origin.and_then(|origin| origin.to_str().ok()), others) {
        (Some(origin), None) => is_same(origin, uri),
        _ => false,
    };
    if same {
        return Ok(());
    }
    let message =
        "a call that changes something needs an Origin header with this host: add -H 'Origin: http://HOST'";
    Err(Refusal::new(StatusCode::FORBIDDEN, "ORIGIN_MISMATCH", message))
}

/// Hosts are compared with their ports; which one is implied depends on the
/// origin's scheme, since TLS may end before us.
fn is_same(origin: &str, uri: &Uri) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && matches!(url.path(), "" | "/");
    let plain = plain && url.query().is_none() && url.fragment().is_none();
    let default = match url.scheme() {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let host =
        uri.host().is_some_and(|host| url.host_str().is_some_and(|other| other.eq_ignore_ascii_case(host)));
    plain && host && url.port().unwrap_or(default) == uri.port_u16().unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_host_and_port_count() {
        let table = [
            ("http://localhost:8000", "http://localhost:8000/", true),
            ("http://LOCALHOST:8000", "http://localhost:8000/", true),
            ("https://davit.example", "http://davit.example/", true),
            ("https://davit.example:443", "http://davit.example/", true),
            ("http://localhost:8001", "http://localhost:8000/", false),
            ("http://localhost", "http://localhost:8000/", false),
            ("http://evil.example", "http://localhost:8000/", false),
            ("http://localhost:8000@evil.example", "http://localhost:8000/", false),
            ("http://user@localhost:8000", "http://localhost:8000/", false),
            ("http://localhost:8000/path", "http://localhost:8000/", false),
            ("null", "http://localhost:8000/", false),
            ("file://", "http://localhost:8000/", false),
            ("file://localhost:8000", "http://localhost:8000/", false),
            ("", "http://localhost:8000/", false),
            ("localhost:8000", "http://localhost:8000/", false),
        ];
        for (origin, uri, expected) in table {
            assert_eq!(is_same(origin, &uri.parse().unwrap()), expected, "{origin} for {uri}");
        }
    }
}
