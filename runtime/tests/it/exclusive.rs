//! Plugins of which no two versions may run at once (`davit.replacement: exclusive`).

use std::time::{Duration, Instant};

use davit_plugin::control::{PluginReport, Prepared, RefusalCode};
use davit_plugin::plan::{Plan, PluginState};
use davit_plugin::reason::Reason;
use davit_tests::alone::EXCLUSIVE;
use davit_tests::until;
use reqwest::Method;

use crate::harness::{Operator, Package, Replica, fence, plan, refused, request};

fn alone(version: &str, init: &str, end: &str) -> Package {
    Package::with("alone", EXCLUSIVE, &davit_tests::alone::alone(version, init, end))
}

fn state<'a>(reports: &'a [PluginReport], name: &str) -> &'a PluginState {
    &reports.iter().find(|report| report.name.as_str() == name).expect("the plugin is in the plan").state
}

fn failure(reports: &[PluginReport], name: &str) -> Option<Reason> {
    match state(reports, name) {
        PluginState::Failed(problem) => Some(problem.reason),
        _ => None,
    }
}

/// Prepares a plan of these, which is ready, and commits it.
async fn change(operator: &Operator, sequence: u64, packages: &[&Package]) -> (Plan, Prepared) {
    for package in packages {
        operator.put(package).await.unwrap();
    }
    let plan = plan(packages.iter().copied());
    let answer = operator.prepare(&request(fence(1, sequence), &plan)).await.unwrap();
    assert!(answer.plugins.iter().all(|report| report.state == PluginState::Ready), "{answer:?}");
    let answer = operator.commit(fence(1, sequence), &plan).await.unwrap();
    (plan, answer)
}

#[tokio::test]
async fn the_old_version_ends_before_the_new_one_starts_and_no_request_fails() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&alone("v1", "", "await Bun.sleep(400);")]).await;
    assert_eq!(replica.get("/alone/").await, (200, "v1".to_owned()));
    let next = alone("v2", "await Bun.sleep(300);", "");
    operator.put(&next).await.unwrap();
    let second = plan([&next]);
    operator.prepare(&request(fence(1, 2), &second)).await.unwrap();
    assert_eq!(replica.get("/alone/").await.1, "v1", "nothing of it starts before the commit");

    let asking = async {
        let mut answers = Vec::new();
        loop {
            let (status, body) = replica.get("/alone/").await;
            answers.push((status, body.clone()));
            if body.contains("v2") {
                return answers;
            }
        }
    };
    let (answers, committed) = tokio::join!(asking, operator.commit(fence(1, 2), &second));
    assert!(committed.unwrap().committed);
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(answers.last().unwrap().1, "v1,v1 ended,v2");
}

#[tokio::test]
async fn a_version_that_cannot_take_over_leaves_the_old_one_serving_and_everything_else_as_it_was() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let one = Package::saying("other", "one");
    let first = operator.go_live(fence(1, 1), &[&alone("v1", "", ""), &one]).await;
    let broken = alone("v2", "throw new Error('no luck');", "");
    let two = Package::saying("other", "two");
    let (second, answer) = change(&operator, 2, &[&broken, &two]).await;
    assert!(!answer.committed, "{answer:?}");
    assert_eq!(failure(&answer.plugins, "alone"), Some(Reason::InitFailed));
    assert_eq!(*state(&answer.plugins, "other"), PluginState::Ready);
    assert_eq!(replica.get("/alone/").await, (200, "v1,v1 ended,v2,v1".to_owned()));
    assert_eq!(replica.get("/other/").await.1, "one", "all of a plan serves, or none of it");
    let standing = operator.state().await;
    assert_eq!(standing.committed.unwrap().plan, first.digest());
    assert!(standing.plugins.iter().all(|report| report.state == PluginState::Ready), "{standing:?}");
    assert_eq!(operator.plan().await.unwrap().plan, first, "also on the disk");

    // It is known now that it fails: asking again costs no outage.
    let record = replica.get("/alone/").await.1;
    let answer = operator.prepare(&request(fence(1, 2), &second)).await.unwrap();
    assert_eq!(failure(&answer.plugins, "alone"), Some(Reason::InitFailed));
    assert_eq!(refused(operator.commit(fence(1, 2), &second).await), (409, RefusalCode::NotReady));
    assert_eq!(replica.get("/alone/").await.1, record);

    // The amended plan.
    let (_, answer) = change(&operator, 3, &[&alone("v1", "", ""), &two]).await;
    assert!(answer.committed);
    assert_eq!(replica.get("/alone/").await.1, record, "it goes on as it is");
    assert_eq!(replica.get("/other/").await.1, "two");
}

#[tokio::test]
async fn a_version_that_takes_too_long_to_start_gives_way_to_the_old_one() {
    let replica = Replica::start_with(&[("DAVIT_INIT_TIMEOUT", "1s")]).await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&alone("v1", "", "")]).await;
    let (_, answer) = change(&operator, 2, &[&alone("v2", "await Bun.sleep(60_000);", "")]).await;
    assert!(!answer.committed);
    assert_eq!(failure(&answer.plugins, "alone"), Some(Reason::InitTimeout));
    let (status, record) = replica.get("/alone/").await;
    assert!(status == 200 && record.ends_with(",v1"), "{status} {record}");
}

#[tokio::test]
async fn a_request_is_held_for_five_seconds_and_then_told_to_come_again() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&alone("v1", "", "await Bun.sleep(6_500);")]).await;
    let next = alone("v2", "", "");
    operator.put(&next).await.unwrap();
    let second = plan([&next]);
    operator.prepare(&request(fence(1, 2), &second)).await.unwrap();
    let asking = async {
        // The first request that finds the old version gone.
        loop {
            let begun = Instant::now();
            let answer = replica.request(Method::GET, "/alone/").send().await.unwrap();
            if answer.status() != 200 {
                return (
                    answer.status().as_u16(),
                    answer.headers().get("retry-after").cloned(),
                    begun.elapsed(),
                );
            }
        }
    };
    let ((status, again, held), committed) = tokio::join!(asking, operator.commit(fence(1, 2), &second));
    assert_eq!((status, again.is_some()), (503, true));
    assert!((4.5..6.5).contains(&held.as_secs_f64()), "{held:?}");
    assert!(committed.unwrap().committed);
    assert_eq!(replica.get("/alone/").await.1, "v1,v1 ended,v2");
}

#[tokio::test]
async fn a_request_that_lasts_does_not_hold_up_the_change() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let lasting = |version: &str| {
        let code = format!(
            "export default {{ routes: {{ fetch: (request: Request) => new URL(request.url).pathname === '/last'
  ? new Response(new ReadableStream({{ start(controller) {{ controller.enqueue('{version}'); }} }}))
  : new Response('{version}') }} }};\n"
        );
        Package::with("alone", EXCLUSIVE, &code)
    };
    operator.go_live(fence(1, 1), &[&lasting("v1")]).await;
    let mut open = replica.request(Method::GET, "/alone/last").send().await.unwrap();
    assert_eq!(open.chunk().await.unwrap().unwrap(), "v1");
    let begun = Instant::now();
    let (_, answer) = change(&operator, 2, &[&lasting("v2")]).await;
    assert!(answer.committed && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(replica.get("/alone/").await.1, "v2");
    assert!(open.chunk().await.is_err(), "it was cut off, and does not look whole");
}

#[tokio::test]
async fn a_joining_replica_serves_the_plan_without_a_version_that_fails_here() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&alone("v1", "", "")]).await;
    let home = tempfile::tempdir().unwrap();
    let go = home.path().join("go");
    let init =
        format!("if (!(await Bun.file({:?}).exists())) throw new Error('not yet');", go.to_str().unwrap());
    let next = alone("v2", &init, "");
    operator.put(&next).await.unwrap();
    let second = plan([&next]);
    operator.prepare(&request(fence(1, 2), &second)).await.unwrap();
    let answer = operator.commit_degraded(fence(1, 2), &second).await.unwrap();
    assert!(answer.committed);
    assert!(matches!(state(&answer.plugins, "alone"), PluginState::Degraded(_)), "{answer:?}");
    assert_eq!(replica.get("/alone/").await.0, 503);
    std::fs::write(&go, "").unwrap();
    until("it heals", async || (replica.get("/alone/").await.0 == 200).then_some(())).await;
}

#[tokio::test]
async fn a_plan_that_cannot_be_written_brings_the_old_version_back() {
    let mut replica = Replica::prepare(&[]);
    let program = crate::full::confined(&replica);
    replica.run_program(program).await;
    let operator = replica.operator();
    let serving = operator.go_live(fence(1, 1), &[&alone("v1", "", "")]).await;
    let next = alone("v2", "", "");
    operator.put(&next).await.unwrap();
    let mut large = plan([&next]);
    large.plugins[0].config.insert("text".into(), crate::full::noise(600 << 10).into());
    operator.prepare(&request(fence(1, 2), &large)).await.unwrap();
    assert_eq!(refused(operator.commit(fence(1, 2), &large).await), (507, RefusalCode::VolumeFull));
    assert_eq!(replica.get("/alone/").await, (200, "v1,v1 ended,v2,v2 ended,v1".to_owned()));
    assert_eq!(operator.state().await.committed.unwrap().plan, serving.digest());
}

#[tokio::test]
async fn a_plugin_that_comes_back_waits_for_the_end_of_the_one_that_has_just_left() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(1, 1), &[&alone("v1", "", "await Bun.sleep(1_000);")]).await;
    operator.go_live(fence(1, 2), &[]).await;
    let (_, answer) = change(&operator, 3, &[&alone("v2", "", "")]).await;
    assert!(answer.committed);
    assert_eq!(replica.get("/alone/").await.1, "v1,v1 ended,v2");
}

#[tokio::test]
async fn after_a_restart_it_runs_again_with_its_data() {
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "1s")]).await;
    replica.operator().go_live(fence(1, 1), &[&alone("v1", "", "")]).await;
    replica.kill().await;
    replica.run().await;
    until("the plugin", async || (replica.get("/alone/").await == (200, "v1,v1".to_owned())).then_some(()))
        .await;
}
