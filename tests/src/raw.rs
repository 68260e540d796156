//! HTTP/1.1 by hand, for requests that no client library would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wait::PATIENCE;

/// A response as it came.
#[derive(Debug, Clone)]
pub struct RawResponse {
    /// The status.
    pub status: u16,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// What came behind the head, with its framing.
    pub body: Vec<u8>,
}

impl RawResponse {
    /// The values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(at, _)| at == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// The body as text, with its framing.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Some(Self { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() })
    }
}

/// Sends bytes on a new connection and reads until the server closes it. What
/// the server does not want to read any more is not sent.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> RawResponse {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        let _refused_early = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _reset_behind_the_response = stream.read_to_end(&mut bytes).await;
        RawResponse::parse(&bytes)
            .unwrap_or_else(|| panic!("no response: {:?}", String::from_utf8_lossy(&bytes)))
    };
    timeout(PATIENCE, exchange).await.expect("the server answers in time")
}

/// The head of a request, e.g. of `GET /x`, to be sent as it is. The host is
/// `davit.test` unless a header names another one.
pub fn head(request: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let names_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = [("host", "davit.test")];
    let host = host.iter().filter(|_| !names_host);
    let mut bytes = format!("{request} HTTP/1.1\r\n").into_bytes();
    for (name, value) in host.chain(headers) {
        bytes.extend(format!("{name}: {value}\r\n").bytes());
    }
    bytes.extend(b"\r\n");
    bytes
}

/// Sends a request without a body and reads the response.
pub async fn ask(address: SocketAddr, request: &str, headers: &[(&str, &str)]) -> RawResponse {
    let headers: Vec<_> = [&[("connection", "close")], headers].concat();
    exchange(address, &head(request, &headers)).await
}

/// Sends a GET of exactly this target and reads the response.
pub async fn get(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> RawResponse {
    ask(address, &format!("GET {target}"), headers).await
}

/// Sends a request's head on a new connection that stays open.
pub async fn open(address: SocketAddr, request: &str, headers: &[(&str, &str)]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    stream.write_all(&head(request, headers)).await.expect("the server reads");
    stream
}

/// Reads one response's head from an open connection; what has come behind it
/// already is its body.
pub async fn read_head(stream: &mut TcpStream) -> RawResponse {
    let mut bytes = Vec::new();
    let read = async {
        loop {
            if let Some(response) = RawResponse::parse(&bytes) {
                return response;
            }
            let count = stream.read_buf(&mut bytes).await.expect("the connection is open");
            assert!(count > 0, "the server closed the connection: {:?}", String::from_utf8_lossy(&bytes));
        }
    };
    timeout(PATIENCE, read).await.expect("the server answers in time")
}
