//! Swaps under load.

use std::time::{Duration, Instant};

use davit_tests::server::Start;
use davit_tests::{Plugins, report};

use super::hammer::Hammer;
use super::versioned;

/// Ten, or a hundred in `make soak`.
fn swaps() -> u32 {
    if std::env::var_os("DAVIT_SOAK").is_some() { 100 } else { 10 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_change_goes_live_under_load_without_a_failed_or_mixed_response() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("swapped", "", &versioned(1));
    let server = Start::dev(plugins.path()).start().await;
    let mut hammer = Hammer::start(server.address(), "/swapped");
    hammer.all_see(1).await;
    let mut times = Vec::new();
    for version in 2..=swaps() + 1 {
        folder.write("plugin.ts", &versioned(version));
        let saved = Instant::now();
        hammer.all_see(version).await;
        times.push(saved.elapsed());
    }
    let seen = hammer.stop().await;
    assert!(seen.keys().copied().eq(1..=swaps() + 1), "each version answered: {seen:?}");
    tell("davit dev", &seen.values().sum(), times);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_by_hand_replaces_the_worker_under_load_without_a_failed_or_mixed_response() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("swapped", "", &versioned(1));
    let server = Start::runtime([plugins.path()]).start().await;
    let mut hammer = Hammer::start(server.address(), "/swapped");
    hammer.all_see(1).await;
    let mut times = Vec::new();
    for version in 2..=swaps() + 1 {
        folder.write("plugin.ts", &versioned(version));
        let saved = Instant::now();
        server.reload().await;
        hammer.all_see(version).await;
        times.push(saved.elapsed());
    }
    let seen = hammer.stop().await;
    assert!(seen.keys().copied().eq(1..=swaps() + 1), "each version answered: {seen:?}");
    tell("davit-runtime", &seen.values().sum(), times);
}

fn tell(server: &str, requests: &u64, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    report(format_args!(
        "{server}: {} swaps, {requests} requests, none failed; from save to live on every connection {median:?} in the middle, {longest:?} at most",
        times.len()
    ));
}
