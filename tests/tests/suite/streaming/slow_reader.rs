//! A client that reads slowly holds the plugin back.

use std::time::Duration;

use davit_tests::raw;
use davit_tests::server::KEY;
use davit_tests::wait::settled;
use davit_tests::{Server, report};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{MIB, streaming};

/// What may lie in Davit between a plugin and a client that does not read: the
/// credit window and the connection's write buffer. The kernel holds more.
const IN_DAVIT: u64 = MIB;
/// The client's receive buffer, which the kernel doubles (socket(7)).
const RECEIVE: u32 = 64 << 10;
/// A plugin that has produced nothing for so long waits.
const QUIET: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_plugin_produces_no_more_than_a_slow_reader_takes() {
    let (server, _plugins) = streaming().await;
    let mut client = request(&server, "/stream/download?bytes=33554432").await;
    let (mut read, between) = (0, IN_DAVIT + 2 * u64::from(RECEIVE) + largest_send_buffer());
    // Each round the client takes a little more, and the plugin follows.
    for round in 1..=3 {
        take(&mut client, MIB).await;
        read += MIB;
        let produced = settled(QUIET, "the plugin to wait", async || produced(&server).await).await;
        report(format_args!(
            "a slow reader that took {read} bytes: the plugin is {} KiB ahead",
            (produced - read) >> 10
        ));
        assert!(produced >= read, "round {round}: {produced} produced, {read} read");
        assert!(produced <= read + between, "round {round}: {produced} produced, {read} read");
    }
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "the body has its end");
    assert_eq!(produced(&server).await, 32 * MIB);
}

/// The most that the kernel holds for a sending socket (tcp(7)).
fn largest_send_buffer() -> u64 {
    let sizes = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_wmem").unwrap();
    sizes.split_whitespace().next_back().unwrap().parse().unwrap()
}

async fn produced(server: &Server) -> u64 {
    server.json("/stream/seen").await["produced"].as_u64().unwrap()
}

/// Asks on a connection whose receive buffer is small.
async fn request(server: &Server, target: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVE).unwrap();
    let mut stream = socket.connect(server.address()).await.unwrap();
    let headers = [("x-api-key", KEY), ("connection", "close")];
    stream.write_all(&raw::head(&format!("GET {target}"), &headers)).await.unwrap();
    stream
}

async fn take(stream: &mut TcpStream, bytes: u64) {
    let mut buffer = vec![0; usize::try_from(bytes).unwrap()];
    stream.read_exact(&mut buffer).await.unwrap();
}
