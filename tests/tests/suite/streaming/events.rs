//! Server-sent events.

use std::time::{Duration, Instant};

use davit_tests::report;
use futures::StreamExt;
use tokio::time::timeout;

use super::streaming;

#[tokio::test]
async fn a_thousand_events_arrive_one_by_one_each_before_the_next_is_sent() {
    let (server, _plugins) = streaming().await;
    let response = server.get("/stream/events").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut chunks = response.bytes_stream();
    let mut slowest = Duration::ZERO;
    for number in 0..1_000 {
        let sent = Instant::now();
        server.text(&format!("/stream/send?data={number}")).await;
        let chunk = timeout(davit_tests::PATIENCE, chunks.next()).await;
        let chunk =
            chunk.unwrap_or_else(|_| panic!("event {number} does not arrive before the next is sent"));
        assert_eq!(chunk.unwrap().unwrap(), format!("data: {number}\n\n"));
        slowest = slowest.max(sent.elapsed());
    }
    server.text("/stream/send?data=end").await;
    assert!(chunks.next().await.is_none(), "the stream ends when the plugin ends it");
    report(format_args!("1,000 events, the slowest arrived {slowest:?} after it was asked for"));
}
