//! What readers of logs may cost.

use davit_tests::server::Start;
use davit_tests::{Plugins, until};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::events::Events;

/// Logs numbered lines of a kilobyte, as many as it is asked for.
const MUCH: &str = "let log: any, i = 0;\nexport default { onInit(ctx: any) { log = ctx.logger; }, routes: { fetch: (request: Request) => { let n = Number(new URL(request.url).searchParams.get('n')); while (n--) log.info(`${i++} ${'x'.repeat(1000)}`); return new Response(''); } } };\n";

const LOGS: &str = "/_/api/plugins/much/logs";

#[tokio::test]
async fn only_the_last_lines_are_kept() {
    let plugins = Plugins::new();
    drop(plugins.plugin("much", "", MUCH));
    let server = Start::runtime([plugins.path()]).start().await;
    server.text("/much?n=3000").await;
    until("the last line", async || {
        let last = Events::of(server.get(&format!("{LOGS}?tail=1&follow=false"))).await.rest().await;
        last.first()?.message().starts_with("2999 ").then_some(())
    })
    .await;
    let events = Events::of(server.get(&format!("{LOGS}?follow=false"))).await.rest().await;
    let bytes: usize = events.iter().map(|event| event.message().len()).sum();
    assert!((200 << 10..=256 << 10).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_reader_who_is_too_slow_is_told_how_much_he_missed() {
    let plugins = Plugins::new();
    drop(plugins.plugin("much", "", MUCH));
    let server = Start::runtime([plugins.path()]).start().await;
    let mut slow = TcpStream::connect(server.address()).await.unwrap();
    let key = davit_tests::server::KEY;
    let request = format!("GET {LOGS} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n");
    slow.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    slow.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    // More than the connection takes while nobody reads from it.
    for _ in 0..20 {
        server.text("/much?n=3000").await;
    }
    let mut read = String::new();
    let dropped = until("word of what is missing", async || {
        let mut bytes = vec![0; 64 << 10];
        let count = slow.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "the stream ended");
        read.push_str(&String::from_utf8_lossy(&bytes[..count]));
        let (_, rest) = read.split_once("event: dropped\ndata: ")?;
        let (data, _) = rest.split_once('\n')?;
        Some(serde_json::from_str::<Value>(data).unwrap())
    })
    .await;
    assert!(dropped["lines"].as_u64().unwrap() > 1000, "{dropped}");
}

#[tokio::test]
async fn more_readers_than_sixty_four_are_sent_away() {
    let plugins = Plugins::new();
    drop(plugins.plugin("much", "", MUCH));
    let server = Start::runtime([plugins.path()]).start().await;
    let mut readers = Vec::new();
    for _ in 0..64 {
        readers.push(Events::of(server.get(LOGS)).await);
    }
    let refused = server.get(LOGS).send().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "TOO_MANY_FOLLOWERS");
    readers.pop();
    until("room for another reader", async || {
        (server.get(LOGS).send().await.unwrap().status() == 200).then_some(())
    })
    .await;
}
