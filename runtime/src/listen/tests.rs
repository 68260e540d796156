//! A port with short limits, and clients that try its patience.

use std::net::Ipv4Addr;

use davit_engine::full;
use http_body_util::{BodyExt, StreamBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(10);
const LIMITS: Limits =
    Limits { connections: 2, head: Duration::from_millis(200), taking: Duration::from_mins(5) };

/// Answers `/endless` with a body that never ends, everything else with its path.
struct Echo;

impl Answer for Echo {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        match request.uri().path() {
            "/endless" => Response::new(StreamBody::new(futures::stream::pending()).boxed_unsync()),
            path => Response::new(full(path.to_owned())),
        }
    }
}

struct Port {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    served: JoinHandle<()>,
}

async fn open(drain: Duration) -> Port {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (address, phase) = (listener.local_addr().unwrap(), watch::Sender::new(Phase::Serving));
    let served = tokio::spawn(serve(listener, Arc::new(Echo), phase.subscribe(), LIMITS, drain));
    Port { address, phase, served }
}

async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Everything that comes until the server closes the connection.
async fn to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = async {
        // A connection that is cut off may also end with a reset.
        while matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {}
    };
    timeout(PATIENCE, read).await.expect("the server closes the connection");
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_client_that_sends_no_request_does_not_hold_its_place() {
    let port = open(Duration::ZERO).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for begun in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HT", preface] {
        let mut silent = [
            send(port.address, begun).await,
            send(port.address, begun).await,
            send(port.address, begun).await,
        ];
        let mut patient =
            send(port.address, b"GET /late HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        assert!(to_end(&mut patient).await.ends_with("/late"), "{begun:?}");
        for stream in &mut silent {
            to_end(stream).await;
        }
    }
}

#[tokio::test]
async fn a_request_may_take_longer_than_its_head() {
    let port = open(Duration::ZERO).await;
    let mut endless = send(port.address, b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut head = [0; 15];
    endless.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    let more = async { while endless.read_u8().await.is_ok() {} };
    assert!(timeout(LIMITS.head * 3, more).await.is_err(), "the connection is still open");
}

#[tokio::test]
async fn a_connection_that_outlives_the_drain_time_is_cut_off() {
    let port = open(Duration::from_millis(100)).await;
    let mut endless = send(port.address, b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    endless.read_u8().await.unwrap();
    port.phase.send_replace(Phase::Closing);
    timeout(PATIENCE, port.served).await.unwrap().unwrap();
    assert!(!to_end(&mut endless).await.ends_with("0\r\n\r\n"), "the body has no end");
}
