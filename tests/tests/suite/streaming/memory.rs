//! What a large body costs: the runtime's memory, the bytes on their way to and
//! from the worker, the worker's memory.

use bytes::Bytes;
use davit_tests::{Server, memory, report};
use futures::{StreamExt, stream};
use reqwest::Body;
use sha2::{Digest, Sha256};

use super::{MIB, streaming};

pub(super) const BLOCK: usize = 64 << 10;
/// The runtime may grow by this much while a body passes through.
const GROWTH: u64 = 32 * MIB;
/// The credit of one stream in one direction, as the worker protocol has it.
pub(super) const WINDOW: u64 = 256 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_100_mb_passes_within_bounds_and_arrives_whole() {
    bounded("upload", upload).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_of_100_mb_passes_within_bounds_and_arrives_whole() {
    bounded("download", download).await;
}

/// Sends 50 MB through one worker and 100 MB through the next.
async fn bounded(direction: &str, pass: impl AsyncFn(&Server, u64)) {
    let (server, _plugins) = streaming().await;
    let small_worker = server.worker_pid().await;
    memory::reset_peak(server.pid());
    let before = memory::resident(server.pid());
    pass(&server, 50 * MIB).await;
    let small = memory::peak(small_worker);
    server.reload().await;
    let large_worker = server.worker_pid().await;
    assert_ne!(small_worker, large_worker, "a reload starts a fresh worker");

    pass(&server, 100 * MIB).await;
    let growth = memory::peak(server.pid()).saturating_sub(before);
    let large = memory::peak(large_worker);
    let label = format!("direction=\"{direction}\"");
    let unacknowledged = server.metric_of("davit_unacknowledged_peak_bytes", &label).await;
    report(format_args!(
        "{direction} of 100 MiB: the runtime grew by {} KiB; at most {unacknowledged} bytes unacknowledged; the worker's peak was {} MiB, and {} MiB for 50 MiB",
        growth >> 10,
        large >> 20,
        small >> 20
    ));
    assert!(growth <= GROWTH, "the runtime grew by {growth} bytes");
    assert!((1..=WINDOW).contains(&unacknowledged), "{unacknowledged} bytes were unacknowledged");
    assert!(large * 2 <= small * 3, "the worker took {large} bytes for 100 MiB and {small} for 50 MiB");
}

/// The bytes of one block of a body.
pub(super) fn block(number: u64) -> Vec<u8> {
    vec![u8::try_from(number % 251).expect("less than 251"); BLOCK]
}

async fn upload(server: &Server, bytes: u64) {
    let blocks = bytes / BLOCK as u64;
    let mut hasher = Sha256::new();
    (0..blocks).for_each(|number| hasher.update(block(number)));
    let body = stream::iter((0..blocks).map(|number| Ok::<_, std::io::Error>(Bytes::from(block(number)))));
    let response = server.post("/stream/upload").body(Body::wrap_stream(body)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), hex::encode(hasher.finalize()));
}

async fn download(server: &Server, bytes: u64) {
    let response = server.get(&format!("/stream/download?bytes={bytes}")).send().await.unwrap();
    let (mut chunks, mut at) = (response.bytes_stream(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.unwrap();
        for (offset, byte) in (at..).zip(&chunk) {
            assert_eq!(u64::from(*byte), offset / BLOCK as u64 % 251, "at byte {offset}");
        }
        at += chunk.len() as u64;
    }
    assert_eq!(at, bytes);
}
