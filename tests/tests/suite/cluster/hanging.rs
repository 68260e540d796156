//! One plugin's slow start holds up nobody else.

use std::time::{Duration, Instant};

use davit_tests::cluster::World;
use davit_tests::report;
use davit_tests::wait::within;

/// How long the slow plugin's `onInit` takes.
const HANGS: Duration = Duration::from_secs(20);
/// The changes of the other one meanwhile, a second apart.
const CHANGES: u32 = 10;

const SLOW: &str = "export default { routes: { fetch: () => new Response(\"slow 2\") }, onInit: () => Bun.sleep(20_000) };\n";

fn quick(version: u32) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response(\"quick {version}\") }} }};\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_hangs_in_its_start_holds_up_no_other_and_goes_live_when_it_is_warm() {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    world
        .apply_config_map_plugin(
            "slow",
            "version: 1.0.0\n",
            "export default { routes: { fetch: () => new Response(\"slow 1\") } };\n",
        )
        .await;
    world.apply_config_map_plugin("quick", "", &quick(0)).await;
    world.plugin_serves("slow").await;
    world.plugin_serves("quick").await;

    let began = Instant::now();
    world.apply_config_map("slow", "version: 2.0.0\n", SLOW).await;
    let slow = world.plugin_is("slow", "Ready", "Unknown", "RolloutInProgress").await;
    assert_eq!(slow["status"]["serving"]["version"], "1.0.0", "{slow:#}");
    let mut times = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1));
    for version in 1..=CHANGES {
        pace.tick().await;
        let applied = Instant::now();
        world.apply_config_map("quick", "", &quick(version)).await;
        world.everywhere("default", "/quick", &format!("quick {version}")).await;
        times.push(applied.elapsed().as_millis());
        world.everywhere("default", "/slow", "slow 1").await;
    }
    assert!(began.elapsed() < HANGS, "the changes went live while the other one hung: {:?}", began.elapsed());
    let live = async || {
        let pods = world.kubelet.replicas("default");
        for pod in &pods {
            let answer = world.get(pod, "/slow").await.ok()?;
            (answer.body == "slow 2").then_some(())?;
        }
        Some(())
    };
    within(HANGS * 2, "the slow plugin's new version", live).await;
    let warm = began.elapsed();
    world.plugin_serves("slow").await;
    report(format_args!(
        "{CHANGES} changes beside a plugin that hangs {HANGS:?}: live on both replicas after {times:?} ms; the slow one after {warm:?}"
    ));
}
