//! Swaps under load.

use std::time::Instant;

use davit_tests::load::{Hammer, versioned};
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, report};

/// Connections that are kept, beside new ones.
const KEPT: usize = 3;

/// Ten, or a hundred in `make soak`.
fn swaps() -> u32 {
    if std::env::var_os("DAVIT_SOAK").is_some() { 100 } else { 10 }
}

/// Hammers `path` while `save` makes one version after the other live.
async fn swap_under_load(server: &Server, path: &'static str, mut save: impl AsyncFnMut(u32)) {
    let mut hammer = Hammer::start(&[server.address()], KEPT, KEY, path);
    hammer.all_see(1).await;
    let (last, mut times) = (swaps() + 1, Vec::new());
    for version in 2..=last {
        let saved = Instant::now();
        save(version).await;
        hammer.all_see(version).await;
        times.push(saved.elapsed());
    }
    let seen = hammer.stop().await;
    assert!(seen.keys().copied().eq(1..=last), "each version answered: {seen:?}");
    times.sort_unstable();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    let requests: u64 = seen.values().sum();
    report(format_args!(
        "{path}: {} swaps, {requests} requests, none failed; from save to live on every connection {median:?} in the middle, {longest:?} at most",
        times.len()
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_change_goes_live_without_a_failed_or_mixed_response() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("saved", "", &versioned(1));
    let server = Start::dev(plugins.path()).start().await;
    swap_under_load(&server, "/saved", async |version| {
        folder.write("plugin.ts", &versioned(version));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_by_hand_goes_live_without_a_failed_or_mixed_response() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("reloaded", "", &versioned(1));
    let server = Start::runtime([plugins.path()]).start().await;
    swap_under_load(&server, "/reloaded", async |version| {
        folder.write("plugin.ts", &versioned(version));
        server.reload().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_broken_at_first_fails_no_request_either() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("halves", "", &versioned(1));
    let server = Start::dev(plugins.path()).start().await;
    swap_under_load(&server, "/halves", async |version| {
        let whole = versioned(version);
        folder.write("plugin.ts", &whole[..whole.len() / 2]);
        server.plugin_when("halves", |plugin| plugin["state"] == "lastGood").await;
        folder.write("plugin.ts", &whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_of_a_user_interface_goes_live_without_a_failed_or_mixed_response() {
    let plugins = Plugins::new();
    let manifest = "name: page\nbase: /page\nentrypoint: index.html\n";
    let folder = plugins.folder("page").manifest(manifest).file("index.html", "1 1");
    let server = Start::dev(plugins.path()).start().await;
    swap_under_load(&server, "/page/", async |version| {
        folder.write("index.html", &format!("{version} {version}"));
    })
    .await;
}
