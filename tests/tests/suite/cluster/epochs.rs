//! Leaders that do not know of each other.

use std::collections::BTreeSet;

use davit_crds::PluginRuntime;
use davit_operator::leader::{EpochError, next_epoch};
use davit_tests::cluster::World;
use futures::future::join_all;
use kube::Api;

/// How many leaders start at once, and how often each.
const LEADERS: usize = 6;
const STARTS: usize = 4;

async fn started(world: &World, runtime: &PluginRuntime) -> Vec<u64> {
    let mut epochs = Vec::new();
    while epochs.len() < STARTS {
        match next_epoch(&world.client, runtime, 0).await {
            Ok(epoch) => epochs.push(epoch),
            Err(EpochError::Contended) => {}
            Err(error) => panic!("{error}"),
        }
    }
    epochs
}

#[tokio::test(flavor = "multi_thread")]
async fn two_leaders_never_have_the_same_epoch_and_each_later_one_a_higher_one() {
    let world = World::without_operator().await;
    world.apply_runtime("default", 0).await;
    let api: Api<PluginRuntime> = Api::namespaced(world.client.clone(), &world.namespace);
    let runtime = api.get("default").await.unwrap();
    let all = join_all((0..LEADERS).map(|_| started(&world, &runtime))).await;
    assert!(all.iter().all(|epochs| epochs.is_sorted()), "{all:?}");
    let distinct: BTreeSet<u64> = all.iter().flatten().copied().collect();
    assert_eq!(distinct.len(), LEADERS * STARTS, "{all:?}");
    let seen = distinct.last().unwrap() + 10;
    assert_eq!(next_epoch(&world.client, &runtime, seen).await.unwrap(), seen + 1);
    let status = api.get_status("default").await.unwrap().status.unwrap();
    assert_eq!(status.fence.unwrap().epoch, seen + 1);
}
