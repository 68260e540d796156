//! From one plan to the next.

use std::time::{Duration, Instant};

use davit_plugin::control::{PluginReport, PrepareRequest, RefusalCode};
use davit_plugin::plan::PluginState;
use davit_plugin::reason::Reason;
use davit_tests::until;

use crate::harness::{Package, Replica, fence, plan, refused, request, steps};

const HANGS: &str = "await new Promise(done => setTimeout(done, 20_000));";

fn state<'a>(reports: &'a [PluginReport], name: &str) -> &'a PluginState {
    &reports.iter().find(|report| report.name.as_str() == name).expect("the plugin is in the plan").state
}

fn reason(state: &PluginState) -> Option<(&'static str, Reason)> {
    match state {
        PluginState::Ready | PluginState::Pending => None,
        PluginState::Failed(problem) => Some(("failed", problem.reason)),
        PluginState::Degraded(problem) => Some(("degraded", problem.reason)),
    }
}

#[tokio::test]
async fn an_empty_replica_waits_for_everything_and_is_ready_with_its_first_plan() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let (status, body) = replica.ready().await;
    assert_eq!((status, body["waitingFor"].as_str()), (503, Some("a plan from the operator")), "{body}");
    let home = tempfile::tempdir().unwrap();
    let slow = Package::living("slow", &home.path().join("steps"), "await Bun.sleep(600);");
    operator.put(&slow).await.unwrap();
    let plan = plan([&slow]);
    let impatient = PrepareRequest { settle: 0, ..request(fence(1, 1), &plan) };
    let answer = operator.prepare(&impatient).await.unwrap();
    assert_eq!(*state(&answer.plugins, "slow"), PluginState::Ready);
    assert_eq!(replica.ready().await.0, 503);
    operator.commit(fence(1, 1), &plan).await.unwrap();
    assert_eq!(replica.ready().await.0, 200);
}

#[tokio::test]
async fn a_plan_without_plugins_is_a_plan() {
    let replica = Replica::start().await;
    replica.operator().go_live(fence(1, 1), &[]).await;
    assert_eq!(replica.ready().await.0, 200);
}

#[tokio::test]
async fn a_first_prepare_answers_by_its_deadline() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let slow = Package::living("slow", &home.path().join("steps"), HANGS);
    operator.put(&slow).await.unwrap();
    let begun = Instant::now();
    let hasty = PrepareRequest { deadline: 700, ..request(fence(1, 1), &plan([&slow])) };
    let answer = operator.prepare(&hasty).await.unwrap();
    assert_eq!(*state(&answer.plugins, "slow"), PluginState::Pending);
    assert!((0.7..10.0).contains(&begun.elapsed().as_secs_f64()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_same_call_never_builds_twice_and_its_answer_progresses() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[]).await;
    let home = tempfile::tempdir().unwrap();
    let (file, go) = (home.path().join("steps"), home.path().join("go"));
    let waits = format!("while (!existsSync({:?})) await Bun.sleep(10);", go.to_str().unwrap());
    let slow = Package::living("slow", &file, &waits);
    operator.put(&slow).await.unwrap();
    let plan = plan([&slow]);
    let call = PrepareRequest { settle: 100, ..request(fence(1, 2), &plan) };
    let answer = operator.prepare(&call).await.unwrap();
    assert_eq!(*state(&answer.plugins, "slow"), PluginState::Pending);
    assert_eq!(refused(operator.commit(fence(1, 2), &plan).await), (409, RefusalCode::NotReady));
    std::fs::write(&go, "").unwrap();
    until("the plugin is ready", async || {
        let answer = operator.prepare(&call).await.unwrap();
        (*state(&answer.plugins, "slow") == PluginState::Ready).then_some(())
    })
    .await;
    operator.commit(fence(1, 2), &plan).await.unwrap();
    assert_eq!(replica.get("/slow/").await.0, 200);
    assert_eq!(steps(&file, "init"), 1);
}

#[tokio::test]
async fn a_change_goes_live_while_another_plugin_still_hangs() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let (file, go) = (home.path().join("steps"), home.path().join("go"));
    let waits = format!("while (!existsSync({:?})) await Bun.sleep(10);", go.to_str().unwrap());
    let slow = Package::living("slow", &file, &waits);
    operator.put(&slow).await.unwrap();
    operator.go_live(fence(1, 1), &[&Package::saying("quick", "0")]).await;
    let mut times = Vec::new();
    for sequence in 1..=3 {
        let quick = Package::saying("quick", &sequence.to_string());
        operator.put(&quick).await.unwrap();
        let (whole, without) = (plan([&quick, &slow]), plan([&quick]));
        let begun = Instant::now();
        let first = fence(1, sequence * 2);
        let answer =
            operator.prepare(&PrepareRequest { settle: 300, ..request(first, &whole) }).await.unwrap();
        assert_eq!(*state(&answer.plugins, "slow"), PluginState::Pending);
        let second = fence(1, sequence * 2 + 1);
        let call = PrepareRequest { settle: 300, warm: vec![whole.clone()], ..request(second, &without) };
        let answer = operator.prepare(&call).await.unwrap();
        assert_eq!(*state(&answer.warm[0], "slow"), PluginState::Pending);
        operator.commit(second, &without).await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(replica.get("/quick/").await.1, sequence.to_string());
    }
    // Only the first change waits for the plugin to settle.
    assert!(times[1..].iter().all(|time| *time < Duration::from_secs(5)), "{times:?}");
    std::fs::write(&go, "").unwrap();
    let whole = plan([&Package::saying("quick", "3"), &slow]);
    operator.prepare(&request(fence(1, 9), &whole)).await.unwrap();
    operator.commit(fence(1, 9), &whole).await.unwrap();
    assert_eq!(replica.get("/slow/").await.0, 200);
    assert_eq!((steps(&file, "init"), steps(&file, "shutdown")), (1, 0), "it was warm all the time");
}

#[tokio::test]
async fn a_plan_that_serves_can_have_warm_groups_beside_it() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("steps");
    let next = Package::living("next", &file, "");
    operator.put(&next).await.unwrap();
    let serving = operator.go_live(fence(1, 1), &[&Package::saying("hello", "one")]).await;
    let warm = plan([&next]);
    let call = PrepareRequest { warm: vec![warm.clone()], ..request(fence(1, 2), &serving) };
    let answer = operator.prepare(&call).await.unwrap();
    assert!(answer.committed, "{answer:?}");
    assert_eq!(*state(&answer.warm[0], "next"), PluginState::Ready);
    operator.commit(fence(1, 2), &serving).await.unwrap();
    operator.prepare(&request(fence(1, 3), &warm)).await.unwrap();
    operator.commit(fence(1, 3), &warm).await.unwrap();
    assert_eq!(steps(&file, "init"), 1);
    assert_eq!(replica.get("/hello/").await.0, 404);
}

#[tokio::test]
async fn what_waits_for_a_plan_that_another_replaces_is_told() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("steps");
    let slow = Package::living("slow", &file, HANGS);
    operator.put(&slow).await.unwrap();
    let (plan, call) = (plan([&slow]), request(fence(1, 1), &plan([&slow])));
    let replaced = operator.prepare(&call);
    let replacing = async {
        until("the plugin starts", async || (steps(&file, "init") == 1).then_some(())).await;
        operator.go_live(fence(1, 2), &[]).await;
    };
    let (said, ()) = tokio::join!(replaced, replacing);
    assert_eq!(refused(said), (409, RefusalCode::StaleFence));
    assert_eq!(refused(operator.commit(fence(1, 1), &plan).await), (409, RefusalCode::StaleFence));
}

#[tokio::test]
async fn what_is_given_up_ends_with_its_shutdown() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[]).await;
    let home = tempfile::tempdir().unwrap();
    let ended = async |file: &std::path::Path| {
        until("its onShutdown", async || (steps(file, "shutdown") == 1).then_some(())).await;
    };
    let (aborted, expired) = (home.path().join("aborted"), home.path().join("expired"));
    let package = Package::living("hello", &aborted, "");
    operator.put(&package).await.unwrap();
    let first = plan([&package]);
    operator.prepare(&request(fence(1, 2), &first)).await.unwrap();
    operator.abort(fence(1, 2)).await.unwrap();
    ended(&aborted).await;
    assert_eq!(refused(operator.commit(fence(1, 2), &first).await), (409, RefusalCode::NotPrepared));

    let package = Package::living("hello", &expired, "");
    operator.put(&package).await.unwrap();
    let second = plan([&package]);
    let hasty = PrepareRequest { deadline: 500, settle: 400, ..request(fence(1, 3), &second) };
    operator.prepare(&hasty).await.unwrap();
    ended(&expired).await;
    assert_eq!(refused(operator.commit(fence(1, 3), &second).await), (409, RefusalCode::NotPrepared));
    // The place is not lost: the same call builds again.
    operator.prepare(&request(fence(1, 3), &second)).await.unwrap();
    operator.commit(fence(1, 3), &second).await.unwrap();
}

#[tokio::test]
async fn what_fails_is_told_and_keeps_the_plan_from_being_committed() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&Package::saying("hello", "one")]).await;
    let broken = Package::of_code("broken", "export default { onInit() { throw new Error('no luck') } };\n");
    operator.put(&broken).await.unwrap();
    let plan = plan([&broken]);
    let answer = operator.prepare(&request(fence(1, 2), &plan)).await.unwrap();
    assert_eq!(reason(state(&answer.plugins, "broken")), Some(("failed", Reason::InitFailed)));
    assert_eq!(refused(operator.commit(fence(1, 2), &plan).await), (409, RefusalCode::NotReady));
    assert_eq!(replica.get("/hello/").await.1, "one");
    assert_eq!(operator.state().await.committed.unwrap().fence, fence(1, 1));
}
