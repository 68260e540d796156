//! Plans of the past and plans of nobody.

use std::fs;

use davit_plugin::control::{CommitRequest, CommittedPlan, Fence, PrepareRequest, Refusal, RefusalCode};
use davit_plugin::plan::Plan;
use davit_tests::cluster::{PlayedPod, World};
use davit_tests::until;
use reqwest::{Method, RequestBuilder};

use super::serving;

async fn is_stale(request: RequestBuilder) {
    let answer = request.send().await.expect("the control port answers");
    assert_eq!(answer.status(), 409);
    let refusal: Refusal = answer.json().await.expect("a refusal");
    assert_eq!(refusal.code, RefusalCode::StaleFence, "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_of_the_past_changes_nothing() {
    let mut world = serving(1).await;
    world.operator.stop().await;
    let pod = world.replicas("default", 1).await.remove(0);
    let control = world.control(&pod).await;
    let before = control.state().await;
    let Fence { epoch, sequence } = before.fence;
    assert!(epoch > 0 && sequence > 0, "{}", before.fence);
    let (plan, tag) = (Plan::empty(), "0".repeat(64));
    for fence in [Fence { epoch, sequence: sequence - 1 }, Fence { epoch: epoch - 1, sequence: 99 }] {
        let prepare = PrepareRequest {
            fence,
            deadline: 1_000,
            settle: 0,
            plan: plan.clone(),
            tag: tag.clone(),
            warm: Vec::new(),
        };
        is_stale(control.request(Method::POST, "/reload/prepare").json(&prepare)).await;
        let commit = CommitRequest { fence, plan: plan.digest(), degraded: true };
        is_stale(control.request(Method::POST, "/reload/commit").json(&commit)).await;
        is_stale(control.request(Method::POST, "/reload/abort").json(&fence)).await;
    }
    let after = control.state().await;
    assert_eq!((after.fence, after.committed), (before.fence, before.committed));
    world.everywhere("default", "/app", "here").await;
}

/// Writes a plan into a pod's volume that nobody has sealed, with a place far
/// ahead, and answers once the pod serves it.
async fn forge(world: &World, pod: &PlayedPod) -> Plan {
    pod.hold();
    pod.kill();
    until("the end of the replica", async || pod.pid().is_none().then_some(())).await;
    let file = pod.volume("volume").join("packages/plan.json");
    let mut committed: CommittedPlan = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    committed.plan = Plan::empty();
    committed.fence.epoch += 1_000;
    fs::write(&file, serde_json::to_vec(&committed).unwrap()).unwrap();
    pod.release();
    let forged = committed.plan.digest();
    let control = world.control(pod).await;
    until("a replica that serves the forged plan", async || {
        let answer = control.request(Method::GET, "/plan").send().await.ok()?;
        let serves: CommittedPlan = answer.json().await.ok()?;
        (serves.plan.digest() == forged).then_some(())
    })
    .await;
    assert_eq!(world.get(pod, "/app").await.expect("an answer").status, 404);
    committed.plan
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_plan_is_not_taken_for_the_operators_and_gives_way_to_the_right_one() {
    let mut world = serving(2).await;
    let right = world.runtime("default").await["status"]["plan"].clone();
    world.operator.kill().await;
    let pod = world.replicas("default", 2).await.remove(0);
    let forged = forge(&world, &pod).await;
    assert_ne!(right, forged.digest().to_string());

    world.operator.start_again().await;
    world.operator.logs().line("the plan read back is not the operator's").await;
    world.everywhere("default", "/app", "here").await;
    world.plugin_serves("app").await;
    let runtime = world.runtime_is("default", "Ready", "True").await;
    assert_eq!(runtime["status"]["plan"], right);
    let state = world.state(&pod).await;
    assert_eq!(state.committed.map(|agreed| agreed.plan.to_string()).as_deref(), right.as_str());
    assert!(state.fence.epoch > 1_000, "above the forged one, else the replica had refused: {}", state.fence);
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_is_one_that_all_replicas_bring_back() {
    let mut world = serving(1).await;
    world.operator.kill().await;
    let pod = world.replicas("default", 1).await.remove(0);
    forge(&world, &pod).await;
    world.operator.start_again().await;
    world.operator.logs().line("the plan read back is not the operator's").await;
    world.everywhere("default", "/app", "here").await;
    world.plugin_serves("app").await;
}
