//! One operator acts, and another one takes over.

use std::time::{Duration, Instant};

use davit_tests::cluster::{Operator, World};
use davit_tests::report;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_is_told_to_end_ends_with_0_and_a_standby_takes_over_at_once() {
    let mut world = World::new().await;
    world.operator.logs().line("leading").await;
    let standby = Operator::start(&world.namespace).await;
    standby.logs().line("standing by").await;
    world.operator.metrics().await.lines().find(|line| *line == "davit_operator_leader 1").expect("it leads");
    let told = Instant::now();
    assert_eq!(world.operator.stop().await, Some(0));
    let ended = told.elapsed();
    standby.logs().line("leading").await;
    let taken = told.elapsed();
    report(format_args!("told to end: ended after {ended:?}, a standby leads after {taken:?}"));
    assert!(taken < Duration::from_secs(3), "a standby leads after {taken:?}");
    world.apply_runtime("default", 1).await;
    world.replicas("default", 1).await;
    world.runtime_is("default", "Ready", "True").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_whose_lease_is_taken_away_stands_by() {
    let world = World::new().await;
    world.operator.logs().line("leading").await;
    let taken = serde_json::json!({"spec": {"holderIdentity": "somebody-else", "leaseDurationSeconds": 60}});
    world.patch("Lease", "davit-operator", taken).await;
    world.operator.logs().line("the Lease is lost").await;
    world.operator.logs().line("somebody-else has the Lease").await;
    assert!(world.operator.metrics().await.contains("davit_operator_leader 0\n"));
}
