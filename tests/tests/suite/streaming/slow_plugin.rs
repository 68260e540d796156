//! A plugin that does not read holds the sender back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use davit_tests::wait::settled;
use davit_tests::{memory, report};
use futures::stream;
use reqwest::Body;

use super::memory::{BLOCK, WINDOW, block};
use super::{MIB, streaming};

/// The runtime may hold the window and one read of the connection.
const IN_DAVIT: u64 = 2 * MIB;
/// A sender that has sent nothing for so long is held back.
const QUIET: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_sender_is_held_back_until_the_plugin_reads() {
    let (server, _plugins) = streaming().await;
    server.text("/stream/seen").await;
    memory::reset_peak(server.pid());
    let before = memory::resident(server.pid());
    let sent = Arc::new(AtomicU64::new(0));
    let blocks = 100 * MIB / BLOCK as u64;
    let counted = sent.clone();
    let body = stream::iter((0..blocks).map(move |number| {
        counted.fetch_add(BLOCK as u64, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from(block(number)))
    }));
    let upload = tokio::spawn(server.post("/stream/wait-and-upload").body(Body::wrap_stream(body)).send());

    let held = settled(QUIET, "the sender to be held back", async || sent.load(Ordering::Relaxed)).await;
    let growth = memory::peak(server.pid()).saturating_sub(before);
    let unacknowledged = server.metric_of("davit_unacknowledged_peak_bytes", "upload").await;
    report(format_args!(
        "a plugin that does not read: the sender is held back after {} KiB, {unacknowledged} bytes unacknowledged, the runtime grew by {} KiB",
        held >> 10,
        growth >> 10
    ));
    assert!((1..100 * MIB).contains(&held), "{held} bytes were sent");
    assert_eq!(unacknowledged, WINDOW);
    assert!(growth <= IN_DAVIT, "the runtime grew by {growth} bytes");

    server.text("/stream/read").await;
    assert_eq!(upload.await.unwrap().unwrap().status(), 200);
    assert_eq!(server.json("/stream/seen").await["consumed"], 100 * MIB);
}
