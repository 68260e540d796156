//! Many Plugins: the operator's memory, and how long it takes until all serve.
//! They are pages without code, so that the replicas need no worker for each.

use std::time::{Duration, Instant};

use davit_tests::cluster::World;
use davit_tests::memory;
use futures::StreamExt as _;
use serde_json::json;

/// Until all of them serve.
const LIMIT: Duration = Duration::from_mins(10);
/// Applies at the same time.
const AT_ONCE: usize = 16;

/// What many Plugins cost.
pub(crate) struct Crowd {
    plugins: u32,
    before: u64,
    after: u64,
    took: Duration,
}

/// Applies so many Plugins and waits until all serve.
pub(crate) async fn measure(world: &World, plugins: u32) -> Crowd {
    let pid = world.operator.pid().expect("the operator runs");
    let (before, start) = (memory::resident(pid), Instant::now());
    futures::stream::iter(0..plugins)
        .for_each_concurrent(AT_ONCE, async |number| apply(world, number).await)
        .await;
    let all = |runtime: &serde_json::Value| runtime["status"]["plugins"].as_u64() >= Some(u64::from(plugins));
    world.when_within(LIMIT, "PluginRuntime", "default", "all plugins", all).await;
    for number in 0..plugins {
        world.plugin_serves(&format!("page-{number}")).await;
    }
    Crowd { plugins, before, after: memory::resident(pid), took: start.elapsed() }
}

async fn apply(world: &World, number: u32) {
    let name = format!("page-{number}");
    let manifest = format!("name: {name}\nbase: /{name}\nversion: 1.0.0\nentrypoint: index.html\n");
    world
        .apply_value(&json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name },
            "data": { "manifest.yaml": manifest, "index.html": format!("<h1>{name}</h1>") },
        }))
        .await;
    world.apply_from_config_map(&name).await;
}

impl Crowd {
    /// In words.
    pub(crate) fn told(&self) -> String {
        let mib = |bytes: u64| bytes >> 20;
        format!(
            "{} MiB resident before, {} MiB with {} Plugins more, all of which served on both replicas {:.0} s after the first apply.\n",
            mib(self.before),
            mib(self.after),
            self.plugins,
            self.took.as_secs_f64(),
        )
    }
}
