//! What the parts take that are not Davit's: an API server's write until a watch
//! has seen it, and a start of Bun until its first word.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use davit_tests::cluster::World;
use davit_tests::programs;
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, ResourceExt as _};
use serde_json::json;

use crate::stats::percentile;

/// The times of the parts.
pub(crate) struct Floor {
    watch: Vec<Duration>,
    bun: Vec<Duration>,
}

impl Floor {
    /// Both in the middle, one after the other, in milliseconds.
    pub(crate) fn middle(&self) -> f64 {
        percentile(&self.watch, 0.5) + percentile(&self.bun, 0.5)
    }

    /// In words.
    pub(crate) fn told(&self) -> String {
        format!(
            "an apply of a ConfigMap until a watch has seen it, {:.1} ms in the middle, and a start of Bun until its first word, {:.1} ms.",
            percentile(&self.watch, 0.5),
            percentile(&self.bun, 0.5),
        )
    }
}

/// Measures both.
pub(crate) async fn measure(world: &World, count: u32) -> Floor {
    let bun = (0..count).map(|_| start_of_bun()).collect();
    Floor { watch: writes(world, count).await, bun }
}

async fn writes(world: &World, count: u32) -> Vec<Duration> {
    let maps: Api<ConfigMap> = Api::namespaced(world.client.clone(), &world.namespace);
    let config = watcher::Config::default().fields("metadata.name=floor");
    let mut seen = watcher(maps, config).default_backoff().applied_objects().boxed();
    let mut times = Vec::new();
    for number in 0..count {
        let number = number.to_string();
        let document = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "floor" }, "data": { "number": number },
        });
        let start = Instant::now();
        world.apply_value(&document).await;
        while let Some(map) = seen.try_next().await.expect("the watch goes on") {
            if map.data.as_ref().and_then(|data| data.get("number")) == Some(&number) {
                break;
            }
            assert_eq!(map.name_any(), "floor");
        }
        times.push(start.elapsed());
    }
    times
}

fn start_of_bun() -> Duration {
    let start = Instant::now();
    let output = Command::new(programs::bun()).args(["-e", "console.log(1)"]).stderr(Stdio::null()).output();
    assert_eq!(output.expect("Bun runs").stdout, b"1\n");
    start.elapsed()
}
