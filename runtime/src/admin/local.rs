//! The loopback rule of `davit dev` (Buntime contract §4): a person who types
//! curl at this machine needs no key. Anything that a browser or a proxy could
//! have sent does.

use std::net::IpAddr;

use http::{HeaderMap, Uri, header};

/// Whether a request can only come from a program at this machine. Browsers
/// send Origin or Sec-Fetch headers; proxies name whom they forward for. The
/// headers are those that came: one that `Connection` names counts too, and may
/// have been taken off on the way already (RFC 9110 §7.6.1), so none may be named.
pub(super) fn is_local(peer: IpAddr, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.host().unwrap_or_default();
    let named_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let direct = headers.keys().all(|name| !tells_of_others(name.as_str()));
    peer.is_loopback() && named_local && direct && names_no_header(headers)
}

fn names_no_header(headers: &HeaderMap) -> bool {
    let known = |option: &str| matches!(&*option.trim().to_ascii_lowercase(), "" | "close" | "keep-alive");
    let mut lines = headers.get_all(header::CONNECTION).iter();
    lines.all(|line| line.to_str().is_ok_and(|line| line.split(',').all(known)))
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

    #[test]
    fn trusts_nobody_whose_connection_names_a_header() {
        let table = [
            ("close", true),
            ("Keep-Alive", true),
            ("keep-alive, close", true),
            ("", true),
            ("x-forwarded-for", false),
            ("close, Origin", false),
            ("close,x-mine", false),
            ("upgrade", false),
        ];
        for (options, expected) in table {
            let headers = [(header::CONNECTION, HeaderValue::from_static(options))].into_iter().collect();
            let uri = Uri::from_static("http://localhost:8000/api");
            assert_eq!(is_local([127, 0, 0, 1].into(), &uri, &headers), expected, "{options}");
        }
    }
}
