//! What readers of logs may cost.

use davit_tests::server::Start;
use davit_tests::{Plugins, Server, until};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
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

/// So many may read at once,
const MOST: usize = 64;
/// and so many of them with one key.
const MOST_OF_ONE: usize = 8;

/// A key that may read logs.
async fn viewer(server: &Server, number: usize) -> String {
    let new = json!({ "name": format!("reader-{number}"), "role": "viewer" });
    let made: Value = server.post("/_/api/keys").json(&new).send().await.unwrap().json().await.unwrap();
    made["data"]["key"].as_str().unwrap().to_owned()
}

async fn is_sent_away(reader: RequestBuilder) {
    let refused = reader.send().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "TOO_MANY_FOLLOWERS");
}

#[tokio::test]
async fn more_readers_than_eight_with_one_key_and_sixty_four_in_all_are_sent_away() {
    let plugins = Plugins::new();
    drop(plugins.plugin("much", "", MUCH));
    let server = Start::runtime([plugins.path()]).start().await;
    let mut readers = Vec::new();
    for number in 0..MOST / MOST_OF_ONE {
        let key = viewer(&server, number).await;
        let with_key = || server.request(Method::GET, LOGS).header("x-api-key", &key);
        for _ in 0..MOST_OF_ONE {
            readers.push(Events::of(with_key()).await);
        }
        is_sent_away(with_key()).await;
    }
    is_sent_away(server.get(LOGS)).await;
    let looks = Events::of(server.get(&format!("{LOGS}?follow=false"))).await;
    assert_eq!(looks.rest().await, [], "who does not follow takes nobody's place");
    readers.pop();
    until("room for another reader", async || {
        (server.get(LOGS).send().await.unwrap().status() == 200).then_some(())
    })
    .await;
}
