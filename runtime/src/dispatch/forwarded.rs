//! Whom a request really comes from, as far as trusted proxies tell. In: the address
//! that connected and the headers. Out: the client's address, and whether it speaks
//! TLS. Plugins see the headers as they came.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Networks whose hosts tell the truth in `X-Forwarded-*` and `Forwarded`. As a text:
/// addresses and CIDRs with commas between them, e.g. `10.0.0.0/8,fd00::/8`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// The text names no networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no network: write an address or a CIDR, e.g. `10.0.0.0/8` or `fd00::/8`, with commas between several"
)]
pub struct InvalidNetwork(String);

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    /// Its address.
    pub(super) address: IpAddr,
    /// Whether it speaks TLS with a proxy.
    pub(super) secure: bool,
}

impl FromStr for TrustedProxies {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let networks = words.map(|word| {
            let address = || word.parse::<IpAddr>().map(IpNet::from);
            word.parse().or_else(|_| address()).map_err(|_| InvalidNetwork(word.to_owned()))
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from that came over a connection from `peer`. Each proxy
    /// appends whom it forwards for, so the last address that is no proxy's is the
    /// client; what stands before it, anybody may have written.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return Client { address: peer, secure: false };
        }
        let Some(chain) = Chain::of(headers) else { return Client { address: peer, secure: false } };
        let mut last = peer;
        for said in chain.addresses.iter().rev() {
            // An address that cannot be read is that of nobody: the proxy who wrote it stands for it.
            let Some(address) = said else { break };
            last = *address;
            if !self.trust(last) {
                break;
            }
        }
        Client { address: last, secure: chain.secure }
    }
}

/// What proxies wrote down, the nearest one last.
struct Chain {
    addresses: Vec<Option<IpAddr>>,
    secure: bool,
}

impl Chain {
    /// None if there are both `Forwarded` (RFC 7239) and `X-Forwarded` headers: a proxy
    /// that writes the one lets through what a client wrote in the other, and nothing
    /// tells which is whose.
    fn of(headers: &HeaderMap) -> Option<Self> {
        if headers.contains_key(FORWARDED_FOR) || headers.contains_key(FORWARDED_PROTO) {
            let addresses = elements(headers, &FORWARDED_FOR).map(|text| address(&text)).collect();
            let secure = elements(headers, &FORWARDED_PROTO).last().is_some_and(|word| is_https(&word));
            return (!headers.contains_key(header::FORWARDED)).then_some(Self { addresses, secure });
        }
        let said: Vec<String> = elements(headers, &header::FORWARDED).collect();
        let addresses = said.iter().map(|element| address(&parameter(element, "for")?)).collect();
        let proto = said.last().and_then(|element| parameter(element, "proto"));
        Some(Self { addresses, secure: proto.is_some_and(|word| is_https(&word)) })
    }
}

fn is_https(word: &str) -> bool {
    word.eq_ignore_ascii_case("https") || word.eq_ignore_ascii_case("wss")
}

/// The elements of a list that may stand on several lines (RFC 9110 §5.3).
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> + 'a {
    let lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    lines.flat_map(|line| {
        let parts = line.split(|&byte| byte == b',');
        parts.map(|part| String::from_utf8_lossy(part).trim().to_owned()).collect::<Vec<_>>()
    })
}

/// One parameter of an element of `Forwarded`, without quotation marks.
fn parameter(element: &str, name: &str) -> Option<String> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let found =
        pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim_matches('"').to_owned())
}

/// An address, maybe with a port: `192.0.2.1`, `192.0.2.1:80`, `::1`, `[::1]`, `[::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROXIES: &str = "10.0.0.0/8, fd00::/8,192.0.2.7";

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> (String, bool) {
        let proxies: TrustedProxies = PROXIES.parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let Client { address, secure } = proxies.client(peer.parse().unwrap(), &map);
        (address.to_string(), secure)
    }

    /// Where the connection comes from, the headers, where the client is, whether it speaks TLS.
    type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, bool);

    #[test]
    fn only_a_trusted_proxy_tells_whom_it_forwards_for() {
        let table: [Row; 16] = [
            (
                "203.0.113.1",
                &[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")],
                "203.0.113.1",
                false,
            ),
            ("10.1.1.1", &[], "10.1.1.1", false),
            (
                "10.1.1.1",
                &[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")],
                "198.51.100.1",
                true,
            ),
            ("::ffff:10.1.1.1", &[("x-forwarded-for", "::ffff:198.51.100.1")], "198.51.100.1", false),
            ("192.0.2.7", &[("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.2.2.2")], "198.51.100.1", false),
            (
                "10.1.1.1",
                &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1")],
                "198.51.100.1",
                false,
            ),
            ("10.1.1.1", &[("x-forwarded-for", "10.3.3.3, 10.2.2.2")], "10.3.3.3", false),
            ("10.1.1.1", &[("x-forwarded-for", "198.51.100.1, nonsense")], "10.1.1.1", false),
            ("10.1.1.1", &[("x-forwarded-for", "198.51.100.1:4711")], "198.51.100.1", false),
            ("fd00::1", &[("x-forwarded-for", "[2001:db8::1]:80")], "2001:db8::1", false),
            ("fd00::1", &[("forwarded", "for=\"[2001:db8::1]\";proto=https")], "2001:db8::1", true),
            (
                "10.1.1.1",
                &[("forwarded", "for=1.1.1.1, For=198.51.100.1;By=x; Proto=HTTP")],
                "198.51.100.1",
                false,
            ),
            (
                "10.1.1.1",
                &[("forwarded", "for=1.1.1.1;proto=https"), ("x-forwarded-for", "198.51.100.1")],
                "10.1.1.1",
                false,
            ),
            (
                "10.1.1.1",
                &[("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=198.51.100.1;proto=https")],
                "10.1.1.1",
                false,
            ),
            (
                "10.1.1.1",
                &[("x-forwarded-proto", "https"), ("forwarded", "for=198.51.100.1;proto=http")],
                "10.1.1.1",
                false,
            ),
            ("10.1.1.1", &[("x-forwarded-proto", "http, HTTPS")], "10.1.1.1", true),
        ];
        for (peer, headers, expected, secure) in table {
            assert_eq!(client(peer, headers), (expected.to_owned(), secure), "{peer} {headers:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["10.0.0.0/33", "proxy.example", "10.0.0.0/8;fd00::/8", "*"] {
            let error = text.parse::<TrustedProxies>().unwrap_err();
            assert_eq!(error, InvalidNetwork(text.to_owned()));
        }
        for text in ["", " , "] {
            assert_eq!(text.parse(), Ok(TrustedProxies::default()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_client_writes_changes_where_it_comes_from(
            lies in prop::collection::vec("[ -~]{0,40}", 0..4),
        ) {
            let told = [&lies[..], &["198.51.100.1".to_owned()]].concat().join(",");
            prop_assert_eq!(client("10.1.1.1", &[("x-forwarded-for", &told)]).0, "198.51.100.1");
            let direct = client("198.51.100.1", &[("x-forwarded-for", &told), ("forwarded", &told)]);
            prop_assert_eq!(direct, ("198.51.100.1".to_owned(), false));
        }
    }
}
