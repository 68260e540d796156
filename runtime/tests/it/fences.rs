//! Which plan a replica listens to.

use davit_plugin::control::{Fence, PrepareRequest, RefusalCode};
use davit_plugin::plan::Plan;
use davit_tests::until;

use crate::harness::{Operator, Package, Replica, fence, plan, refused, request};

async fn prepare(operator: &Operator, fence: Fence, plan: &Plan) -> Result<(), (u16, RefusalCode)> {
    match operator.prepare(&request(fence, plan)).await {
        Ok(_) => Ok(()),
        Err((status, refusal)) => Err((status, refusal.code)),
    }
}

#[tokio::test]
async fn an_older_plan_is_refused_and_a_place_has_one_plan() {
    const STALE: Result<(), (u16, RefusalCode)> = Err((409, RefusalCode::StaleFence));
    let mut replica = Replica::start_with(&[("DAVIT_START_GRACE", "1h")]).await;
    let operator = replica.operator();
    let (one, two) = (Package::saying("hello", "one"), Package::saying("hello", "two"));
    operator.put(&two).await.unwrap();
    let first = operator.go_live(fence(2, 5), &[&one]).await;
    let second = plan([&two]);
    for (fence, plan, expected) in [
        (fence(2, 4), &second, STALE),
        (fence(1, 9), &second, STALE),
        (fence(2, 5), &second, STALE),
        (fence(2, 5), &first, Ok(())),
        (fence(2, 6), &second, Ok(())),
        (fence(2, 6), &first, STALE),
        (fence(2, 5), &first, STALE),
    ] {
        assert_eq!(prepare(&operator, fence, plan).await, expected, "{fence}");
    }
    for (fence, plan) in [(fence(2, 5), &second), (fence(2, 6), &first), (fence(2, 3), &first)] {
        assert_eq!(refused(operator.commit(fence, plan).await), (409, RefusalCode::StaleFence), "{fence}");
    }
    assert_eq!(refused(operator.commit(fence(2, 7), &second).await), (409, RefusalCode::NotPrepared));
    assert_eq!(refused(operator.abort(fence(2, 5)).await), (409, RefusalCode::StaleFence));
    operator.commit(fence(2, 6), &second).await.unwrap();
    assert_eq!(replica.get("/hello/").await.1, "two");

    replica.kill().await;
    replica.run().await;
    let operator = replica.operator();
    assert_eq!(operator.state().await.fence, fence(2, 6));
    assert_eq!(prepare(&operator, fence(2, 5), &first).await, STALE);
    assert_eq!(prepare(&operator, fence(2, 6), &first).await, STALE);
    until("the plugin", async || (replica.get("/hello/").await.1 == "two").then_some(())).await;
}

#[tokio::test]
async fn what_was_committed_may_be_committed_again() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let plan = operator.go_live(fence(1, 1), &[&Package::saying("hello", "one")]).await;
    let again = operator.commit(fence(1, 1), &plan).await.unwrap();
    assert!(again.committed && again.fence == fence(1, 1), "{again:?}");
    operator.prepare(&request(fence(1, 1), &plan)).await.unwrap();
    operator.commit(fence(1, 1), &plan).await.unwrap();
}

#[tokio::test]
async fn a_plan_that_serves_is_taken_to_a_newer_place_without_building_anything() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("steps");
    let plan = operator.go_live(fence(1, 1), &[&Package::living("hello", &file, "")]).await;
    let pid = replica.get("/hello/").await.1;
    let newer = PrepareRequest { tag: "ab".repeat(32), ..request(fence(2, 1), &plan) };
    let answer = operator.prepare(&newer).await.unwrap();
    assert!(answer.committed && answer.fence == fence(2, 1), "{answer:?}");
    let state = operator.state().await;
    assert_eq!(
        (state.fence, state.committed.unwrap().fence, state.prepared),
        (fence(2, 1), fence(1, 1), None)
    );
    operator.commit(fence(2, 1), &plan).await.unwrap();
    let held = operator.plan().await.unwrap();
    assert_eq!((held.fence, held.tag, held.plan), (fence(2, 1), newer.tag, plan));
    assert_eq!(replica.get("/hello/").await.1, pid);
    assert_eq!(crate::harness::steps(&file, "init"), 1);
    assert_eq!(replica.metric("davit_plan_fence_epoch").await, Some(2));
}

#[tokio::test]
async fn a_plan_names_only_packages_that_are_there_and_a_format_that_is_known() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let (here, gone) = (Package::saying("here", "1"), Package::saying("gone", "1"));
    operator.put(&here).await.unwrap();
    let both = plan([&here, &gone]);
    let (status, refusal) = operator.prepare(&request(fence(1, 1), &both)).await.unwrap_err();
    assert_eq!(
        (status, refusal.code, refusal.missing),
        (424, RefusalCode::PackagesMissing, vec![gone.digest])
    );
    let warm = PrepareRequest { warm: vec![both], ..request(fence(1, 2), &plan([&here])) };
    let (_, refusal) = operator.prepare(&warm).await.unwrap_err();
    assert_eq!(refusal.missing, [gone.digest]);
    let mut other = serde_json::to_value(request(fence(1, 3), &plan([&here]))).unwrap();
    other["plan"]["format"] = 2.into();
    let said = operator.post::<serde_json::Value>("/reload/prepare", &other).await;
    assert_eq!(refused(said), (422, RefusalCode::PlanFormat));
}
