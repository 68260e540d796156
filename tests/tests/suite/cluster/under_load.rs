//! A new version goes live on every replica under load.

use std::time::Instant;

use davit_tests::cluster::World;
use davit_tests::load::{Hammer, versioned};
use davit_tests::report;

/// Connections that are kept at each replica, beside new ones.
const KEPT: usize = 2;

/// Ten, or a hundred in `make soak`.
fn versions() -> u32 {
    if std::env::var_os("DAVIT_SOAK").is_some() { 100 } else { 10 }
}

async fn publish(world: &World, version: u32) {
    let manifest = format!("version: {version}.0.0\n");
    let pushed = world.push("app", &version.to_string(), &manifest, &versioned(version)).await;
    world.apply_oci("app", &pushed.reference).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_goes_live_on_both_replicas_without_a_failed_or_mixed_response() {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    publish(&world, 1).await;
    world.replicas("default", 2).await;
    world.plugin_serves("app").await;
    let key = world.key("default").await;
    let mut hammer = Hammer::start(&world.addresses("default"), KEPT, &key, "/app");
    hammer.all_see(1).await;
    let (last, mut times) = (versions() + 1, Vec::new());
    for version in 2..=last {
        let applied = Instant::now();
        publish(&world, version).await;
        hammer.all_see(version).await;
        times.push(applied.elapsed());
        world.plugin_serves("app").await;
        same_plan(&world).await;
    }
    let seen = hammer.stop().await;
    assert!(seen.keys().copied().eq(1..=last), "each version answered: {seen:?}");
    times.sort_unstable();
    let requests: u64 = seen.values().sum();
    report(format_args!(
        "{} versions on two replicas, {requests} requests, none failed; from push and apply to live on every connection {:?} in the middle, {:?} at most",
        times.len(),
        times[times.len() / 2],
        times[times.len() - 1],
    ));
}

/// Both replicas serve the plan that the PluginRuntime names.
async fn same_plan(world: &World) {
    let named = world.runtime("default").await["status"]["plan"].clone();
    for pod in world.kubelet.replicas("default") {
        let committed = world.state(&pod).await.committed.expect("a committed plan");
        assert_eq!(serde_json::json!(committed.plan), named);
    }
}
