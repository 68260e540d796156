//! A process that ends, in whatever moment, and another one on its volume.

use std::time::Duration;

use davit_plugin::control::{CommitRequest, CommittedPlan, RefusalCode};
use davit_plugin::plan::{Plan, PluginState};
use davit_plugin::reason::Reason;
use davit_tests::until;
use reqwest::Method;
use rustix::process::Signal;

use crate::harness::{Package, Replica, fence, plan, refused, request};

#[tokio::test]
async fn the_plan_on_the_volume_serves_again_without_an_operator() {
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "2s")]).await;
    let plan = replica.operator().go_live(fence(1, 1), &[&Package::saying("hello", "one")]).await;
    replica.kill().await;
    std::fs::write(replica.volume().join("packages/.davit-incoming-half"), "half").unwrap();
    std::fs::create_dir(replica.volume().join("packages/.davit-unpack-half")).unwrap();
    replica.run().await;
    let (status, body) = replica.ready().await;
    assert_eq!(status, 503);
    until("the plugin", async || (replica.get("/hello/").await == (200, "one".to_owned())).then_some(()))
        .await;
    assert!(body["waitingFor"].is_string(), "{body}");
    until("the grace is over", async || (replica.ready().await.0 == 200).then_some(())).await;
    let state = replica.operator().state().await;
    assert!(!state.confirmed && state.committed.unwrap().plan == plan.digest(), "{state:?}");
    assert_eq!(replica.ready().await.0, 200, "the operator's return makes no replica unready");
    assert!(!replica.packages().iter().any(|name| name.ends_with("half")), "{:?}", replica.packages());
    assert_eq!(replica.operator().plan().await.unwrap().plan, plan);
}

#[tokio::test]
async fn a_replica_that_was_restarted_waits_for_the_operators_word() {
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "1h")]).await;
    let home = tempfile::tempdir().unwrap();
    let slow = Package::living("slow", &home.path().join("steps"), "await Bun.sleep(600);");
    let plan = replica.operator().go_live(fence(1, 1), &[&slow]).await;
    replica.kill().await;
    replica.run().await;
    let operator = replica.operator();
    until("the plan", async || operator.state().await.committed).await;
    let (status, body) = replica.ready().await;
    assert_eq!(status, 503);
    assert!(body["waitingFor"].as_str().unwrap().contains("confirmation"), "{body}");
    // Nobody sends it requests yet, so it has the time to start everything.
    let mut call = request(fence(1, 2), &plan);
    call.settle = 0;
    let answer = operator.prepare(&call).await.unwrap();
    assert!(answer.committed);
    assert_eq!(answer.plugins[0].state, PluginState::Ready);
    assert_eq!(replica.ready().await.0, 503);
    operator.commit_degraded(fence(1, 2), &plan).await.unwrap();
    assert_eq!(replica.ready().await.0, 200);
    assert!(operator.state().await.confirmed);
    assert_eq!(replica.get("/slow/").await.0, 200);
}

#[tokio::test]
async fn a_package_that_was_damaged_degrades_its_plugin_alone_until_it_is_put_again() {
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "1h")]).await;
    let (hurt, well) = (Package::saying("hurt", "back"), Package::saying("well", "fine"));
    let plan = replica.operator().go_live(fence(1, 1), &[&hurt, &well]).await;
    replica.kill().await;
    let file = replica.volume().join(format!("packages/{}.tgz", hurt.digest.hex()));
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    replica.run().await;
    let operator = replica.operator();
    until("the other plugin", async || (replica.get("/well/").await.0 == 200).then_some(())).await;
    assert_eq!(replica.get("/hurt/").await.0, 503);
    let state = operator.state().await;
    assert_eq!(state.packages, [well.digest]);
    let degraded = state.plugins.iter().find(|report| report.digest == hurt.digest).unwrap();
    let PluginState::Degraded(problem) = &degraded.state else { panic!("{degraded:?}") };
    assert_eq!(problem.reason, Reason::ReplicasLagging);
    assert_eq!(
        refused(operator.prepare(&request(fence(1, 2), &plan)).await),
        (424, RefusalCode::PackagesMissing)
    );
    assert_eq!(operator.put(&hurt).await.unwrap(), 201);
    operator.prepare(&request(fence(1, 2), &plan)).await.unwrap();
    operator.commit_degraded(fence(1, 2), &plan).await.unwrap();
    until("the plugin", async || (replica.get("/hurt/").await == (200, "back".to_owned())).then_some(()))
        .await;
}

/// However a commit is cut short: what serves after a restart is one of the two
/// plans as a whole, and the new one if it was answered.
#[tokio::test]
async fn a_process_that_is_killed_in_a_commit_restarts_with_one_plan_or_the_other() {
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "0s")]).await;
    let packages = ["0", "1"].map(|says| Package::saying("hello", says));
    let mut serves = replica.operator().go_live(fence(1, 1), &[&packages[0]]).await;
    replica.operator().put(&packages[1]).await.unwrap();
    for round in 0..12_u64 {
        let place = fence(2, round + 1);
        let next = plan([&packages[usize::from(serves == plan([&packages[0]]))]]);
        let operator = replica.operator();
        operator.prepare(&request(place, &next)).await.unwrap();
        let commit = CommitRequest { fence: place, plan: next.digest(), degraded: false };
        let (target, moment) = (replica.process().target().clone(), Duration::from_micros(round * 250));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(moment);
            target.signal(Signal::KILL);
        });
        let call = operator.0.request(Method::POST, "/reload/commit").json(&commit).send();
        let answered = call.await.is_ok_and(|answer| answer.status() == 200);
        killer.join().unwrap();
        replica.ended().await;
        let file = std::fs::read(replica.volume().join("packages/plan.json")).unwrap();
        let on_disk: CommittedPlan = serde_json::from_slice(&file).expect("the file is whole");
        assert!(on_disk.plan == next || (on_disk.plan == serves && !answered), "round {round}");
        replica.run().await;
        let says = says(&on_disk.plan, &packages);
        until("the plan", async || (replica.get("/hello/").await == (200, says.clone())).then_some(())).await;
        serves = on_disk.plan;
    }
}

fn says(serves: &Plan, packages: &[Package; 2]) -> String {
    u8::from(*serves == plan([&packages[1]])).to_string()
}

#[tokio::test]
async fn a_process_that_is_told_to_end_takes_nothing_new_and_leaves_with_0() {
    let mut replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("steps");
    let plan = operator.go_live(fence(1, 1), &[&Package::living("hello", &file, "")]).await;
    replica.signal(Signal::TERM);
    until("it is no longer ready", async || (replica.ready().await.0 == 503).then_some(())).await;
    assert_eq!(refused(operator.prepare(&request(fence(1, 2), &plan)).await), (503, RefusalCode::Stopping));
    assert_eq!(refused(operator.put(&Package::saying("a", "b")).await), (503, RefusalCode::Stopping));
    assert_eq!(operator.plan().await.unwrap().plan, plan, "it can still be read back");
    assert_eq!(replica.ended().await, Some(0));
    assert_eq!(crate::harness::steps(&file, "shutdown"), 1);
}
