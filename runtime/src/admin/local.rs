//! The loopback rule of `davit dev` (Buntime contract §4): a person who types
//! curl at this machine needs no key. Anything that a browser or a proxy could
//! have sent does.

use std::net::IpAddr;

use http::{HeaderMap, Uri};

/// Whether a request can only come from a program at this machine. Browsers
/// send Origin or Sec-Fetch headers; proxies name whom they forward for.
pub(super) fn is_local(peer: IpAddr, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.host().unwrap_or_default();
    let named_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    peer.is_loopback() && named_local && headers.keys().all(|name| !tells_of_others(name.as_str()))
}

fn tells_of_others(name: &str) -> bool {
    matches!(name, "origin" | "cookie" | "forwarded" | "x-real-ip" | "via" | "referer")
        || name.starts_with("sec-fetch-")
        || name.starts_with("x-forwarded-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn local(peer: &str, uri: &str, header: Option<&'static str>) -> bool {
        let headers = header.map(|name| (name.parse().unwrap(), HeaderValue::from_static("x")));
        is_local(peer.parse().unwrap(), &uri.parse().unwrap(), &headers.into_iter().collect())
    }

    #[test]
    fn trusts_only_a_program_at_this_machine() {
        assert!(local("127.0.0.1", "http://localhost:8000/api/plugins/reload", None));
        assert!(local("::1", "http://[::1]:8000/api", Some("user-agent")));
        assert!(!local("10.0.0.1", "http://localhost:8000/api", None));
        assert!(!local("127.0.0.1", "http://evil.example:8000/api", None));
        let others = [
            "origin",
            "cookie",
            "forwarded",
            "via",
            "x-real-ip",
            "sec-fetch-site",
            "sec-fetch-mode",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
        ];
        for header in others {
            assert!(!local("127.0.0.1", "http://localhost:8000/api", Some(header)), "{header}");
        }
    }
}
