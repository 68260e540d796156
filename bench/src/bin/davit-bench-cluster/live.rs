//! From an apply until both replicas answer with the new version.

use std::time::{Duration, Instant};

use davit_tests::cluster::World;
use davit_tests::connection::Connection;
use davit_tests::wait::within;

use crate::floor::Floor;
use crate::stats::percentile;

/// What is not live by then never will be.
const LIMIT: Duration = Duration::from_mins(1);
/// The time between two looks: the resolution of the result.
const LOOK: Duration = Duration::from_millis(2);

fn code(version: u32) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response(\"{version}\") }} }};\n")
}

/// A plugin whose ConfigMap is applied again and again.
pub(crate) async fn from_config_map(world: &World, applies: u32) -> Vec<Duration> {
    world.apply_config_map_plugin("mapped", "", &code(0)).await;
    world.plugin_serves("mapped").await;
    let (mut replicas, mut times) = (open(world).await, Vec::new());
    for version in 1..=applies {
        let start = Instant::now();
        world.apply_config_map("mapped", "", &code(version)).await;
        is_live(&mut replicas, "/mapped", version).await;
        times.push(start.elapsed());
        world.plugin_serves("mapped").await;
    }
    times
}

/// A plugin whose packages are in the registry, and whose reference is applied.
pub(crate) async fn from_oci(world: &World, applies: u32) -> Vec<Duration> {
    let mut references = Vec::new();
    for version in 0..=applies {
        references.push(world.push("pulled", &version.to_string(), "", &code(version)).await.reference);
    }
    world.apply_oci("pulled", &references[0]).await;
    world.plugin_serves("pulled").await;
    let (mut replicas, mut times) = (open(world).await, Vec::new());
    for (version, reference) in (0..).zip(&references).skip(1) {
        let start = Instant::now();
        world.apply_oci("pulled", reference).await;
        is_live(&mut replicas, "/pulled", version).await;
        times.push(start.elapsed());
        world.plugin_serves("pulled").await;
    }
    times
}

/// A connection to each replica, so that opening it is not measured.
async fn open(world: &World) -> Vec<Connection> {
    let (key, mut replicas) = (world.key("default").await, Vec::new());
    for address in world.addresses("default") {
        replicas.push(Connection::with_key(address, &key).await.expect("the replica answers"));
    }
    replicas
}

async fn is_live(replicas: &mut [Connection], path: &str, version: u32) {
    let expected = version.to_string();
    for replica in replicas {
        within(LIMIT, "the new version", async || {
            let answer = replica.get(path).await.expect("the plugin answers");
            if answer.body == expected {
                return Some(());
            }
            tokio::time::sleep(LOOK).await;
            None
        })
        .await;
    }
}

/// One line of the table.
pub(crate) fn row(source: &str, times: &[Duration], floor: &Floor) -> String {
    let middle = percentile(times, 0.5);
    format!(
        "| {source} | {} | {middle:.0} | {:.0} | {:.0} | {:.1} |\n",
        times.len(),
        percentile(times, 0.99),
        percentile(times, 0.0),
        middle / floor.middle(),
    )
}
