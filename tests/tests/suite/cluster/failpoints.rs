//! The operator dies at each border between two stages.

use davit_plugin::control::Fence;
use davit_tests::cluster::{Operator, World};
use davit_tests::load::{Hammer, versioned};

/// The borders, in the order in which a pass crosses them.
const BORDERS: [&str; 6] = ["gathered", "decided", "distributed", "prepared", "committed", "reported"];

async fn publish(world: &World, version: u32) {
    let manifest = format!("version: {version}.0.0\n");
    let pushed = world.push("app", &version.to_string(), &manifest, &versioned(version)).await;
    world.apply_oci("app", &pushed.reference).await;
}

async fn serving() -> (World, Hammer) {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    publish(&world, 1).await;
    world.replicas("default", 2).await;
    world.plugin_serves("app").await;
    let mut hammer = Hammer::start(&world.addresses("default"), 1, &world.key("default").await, "/app");
    hammer.all_see(1).await;
    (world, hammer)
}

async fn fences(world: &World) -> Vec<Fence> {
    let mut fences = Vec::new();
    for pod in world.kubelet.replicas("default") {
        fences.push(world.state(&pod).await.fence);
    }
    fences
}

/// The version is live everywhere, on one plan, and no fence went back.
async fn is_right(world: &World, hammer: &mut Hammer, version: u32, before: &[Fence]) {
    hammer.all_see(version).await;
    world.plugin_serves("app").await;
    let mut plans = Vec::new();
    for (pod, before) in world.kubelet.replicas("default").iter().zip(before) {
        let state = world.state(pod).await;
        assert!(state.fence >= *before, "{} behind {before}", state.fence);
        plans.push(state.committed.expect("a committed plan").plan);
    }
    assert!(plans.windows(2).all(|two| two[0] == two[1]), "{plans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_dies_between_two_stages_ends_in_the_right_state_once_it_is_back() {
    let (mut world, mut hammer) = serving().await;
    for (version, border) in (2..).zip(BORDERS) {
        let before = fences(&world).await;
        world.operator.stop().await;
        world.operator.env("DAVIT_FAILPOINT", border);
        world.operator.launch();
        publish(&world, version).await;
        let ended = world.operator.ended().await;
        assert!(!ended.success(), "it dies at {border}");
        world.operator.without("DAVIT_FAILPOINT");
        world.operator.start_again().await;
        is_right(&world, &mut hammer, version, &before).await;
    }
    hammer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_from_an_operator_that_dies_between_two_stages() {
    let (mut world, mut hammer) = serving().await;
    for (version, border) in (2..).zip(["distributed", "prepared", "committed"]) {
        let before = fences(&world).await;
        world.operator.stop().await;
        world.operator.env("DAVIT_FAILPOINT", border);
        world.operator.launch();
        until_it_leads(&world).await;
        let standby = Operator::start(&world.namespace).await;
        publish(&world, version).await;
        world.operator.ended().await;
        is_right(&world, &mut hammer, version, &before).await;
        world.operator = standby;
    }
    hammer.stop().await;
}

async fn until_it_leads(world: &World) {
    world.operator.logs().line("leading").await;
}
