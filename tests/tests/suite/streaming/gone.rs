//! A client that goes away in the middle.

use davit_tests::raw;
use davit_tests::server::KEY;
use davit_tests::{Server, until};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{MIB, streaming};

const KEY_HEADER: (&str, &str) = ("x-api-key", KEY);

#[tokio::test]
async fn a_plugin_sees_that_the_reader_of_its_download_has_gone() {
    let (server, _plugins) = streaming().await;
    let mut client = raw::open(server.address(), "GET /stream/download?bytes=104857600", &[KEY_HEADER]).await;
    client.read_exact(&mut [0; 4096]).await.unwrap();
    drop(client);
    let seen = seen_when(&server, |seen| seen["signal"] != "" && seen["cancelled"] != "").await;
    assert!(seen["signal"].as_str().unwrap().contains("AbortError"), "{seen}");
    assert!(seen["produced"].as_u64().unwrap() < 100 * MIB, "{seen}");
    serves_on(&server).await;
}

#[tokio::test]
async fn a_plugin_sees_that_the_sender_of_its_upload_has_gone() {
    let (server, _plugins) = streaming().await;
    let mut client =
        raw::open(server.address(), "POST /stream/upload", &[KEY_HEADER, ("content-length", "10485760")])
            .await;
    client.write_all(&vec![7; 1 << 20]).await.unwrap();
    seen_when(&server, |seen| seen["consumed"] == MIB).await;
    drop(client);
    let seen = seen_when(&server, |seen| seen["body"] != "" && seen["signal"] != "").await;
    assert!(seen["body"].as_str().unwrap().contains("AbortError"), "{seen}");
    serves_on(&server).await;
}

/// What the plugin has seen, once it fits.
async fn seen_when(server: &Server, fits: impl Fn(&Value) -> bool) -> Value {
    until("the plugin to notice", async || Some(server.json("/stream/seen").await).filter(&fits)).await
}

/// The worker has gone on, and nothing is in flight any more.
async fn serves_on(server: &Server) {
    assert_eq!(server.metric_of("davit_group_restarts", "group").await, 0);
    server.in_flight("group", 0).await;
}
