//! The stages behind the verified package.

use std::time::Duration;

use davit_crds::ConditionType::{Programmed, Ready};
use davit_plugin::reason::{Problem, Reason};
use serde_json::json;

use super::super::{Fate, of_plugin};
use super::world::{at, having, hindered, live, message, on_last_good, read, verified};

const VERIFIED: &str = "SourceResolved=True Resolved, Verified=True Verified";

#[test]
fn what_serves_everywhere_is_ready() {
    let status = of_plugin(&live(&json!({})), at(1));
    let expected = format!(
        "Ready=True Serving, {VERIFIED}, DependenciesReady=True DependenciesReady, Programmed=True Programmed"
    );
    assert_eq!(read(&status), expected);
    assert_eq!(message(&status, Ready), "version 2.0.0 serves on 2 of 2 replicas");
}

#[test]
fn dependencies_are_a_stage_of_their_own() {
    for reason in [
        Reason::DependencyMissing,
        Reason::DependencyDisabled,
        Reason::DependencyNotReady,
        Reason::DependencyVersionUnmet,
        Reason::DependencyCycle,
    ] {
        let status = of_plugin(&hindered(reason, verified(&json!({}))), at(1));
        let expected = format!(
            "Ready=False {reason}, Reconciling=True {reason}, {VERIFIED}, \
             DependenciesReady=False {reason}, Programmed=Unknown RolloutInProgress"
        );
        assert_eq!(read(&status), expected);
    }
}

#[test]
fn what_the_replicas_cannot_run_is_tried_again() {
    for reason in [
        Reason::BaseTaken,
        Reason::NameTaken,
        Reason::InitFailed,
        Reason::InitTimeout,
        Reason::LoadFailed,
        Reason::WorkerCrashLooping,
        Reason::VolumeFull,
        Reason::EngineMissing,
    ] {
        let status = of_plugin(&hindered(reason, verified(&json!({}))), at(1));
        let expected = format!(
            "Ready=False {reason}, Reconciling=True {reason}, {VERIFIED}, \
             DependenciesReady=True DependenciesReady, Programmed=False {reason}"
        );
        assert_eq!(read(&status), expected);
        assert_eq!(status.loaded.as_deref(), Some("0/2"));
        assert_eq!(status.serving, None);
    }
}

#[test]
fn a_new_version_that_fails_leaves_the_last_good_one_in_sight() {
    let status = of_plugin(&on_last_good(hindered(Reason::InitFailed, verified(&json!({})))), at(1));
    assert!(read(&status).starts_with("Ready=False InitFailed, Reconciling=True InitFailed"));
    assert_eq!(message(&status, Ready), "because; version 1.0.0 goes on serving");
    assert_eq!(message(&status, Programmed), "because");
    let serving = status.serving.unwrap();
    assert_eq!((serving.version.to_string(), serving.generation), ("1.0.0".into(), 2));
    assert_eq!(status.resolved.unwrap().version.unwrap().to_string(), "2.0.0");
    assert_eq!(status.base.as_deref(), Some("/hello"));
}

#[test]
fn what_is_still_starting_is_neither_ready_nor_failed() {
    let expected = format!(
        "Ready=Unknown RolloutInProgress, Reconciling=True RolloutInProgress, {VERIFIED}, \
         DependenciesReady=True DependenciesReady, Programmed=Unknown RolloutInProgress"
    );
    let first = of_plugin(&hindered(Reason::RolloutInProgress, verified(&json!({}))), at(1));
    assert_eq!(read(&first), expected);
    let next = of_plugin(&on_last_good(hindered(Reason::RolloutInProgress, verified(&json!({})))), at(1));
    assert_eq!(read(&next), expected);
    assert_eq!(message(&next, Ready), "because; version 1.0.0 goes on serving");
    assert_eq!(read(&of_plugin(&verified(&json!({})), at(1))), expected);
}

fn lagging(seconds: u64, why: Option<Problem>) -> Fate {
    let lagging_for = Some(Duration::from_secs(seconds));
    Fate { replicas: 3, lagging_for, lagging: why, ..live(&json!({})) }
}

#[test]
fn a_replica_that_joins_shows_at_once_and_lowers_ready_only_after_a_time() {
    let soon = of_plugin(&lagging(59, None), at(1));
    assert!(read(&soon).starts_with("Ready=True Serving, SourceResolved"), "{}", read(&soon));
    assert_eq!(soon.loaded.as_deref(), Some("2/3"));
    assert_eq!(
        soon.serving.as_ref().map(|serving| (serving.loaded_replicas, serving.replicas)),
        Some((2, 3))
    );

    let why = Problem::new(Reason::InitFailed, "on default-2: no database");
    let late = of_plugin(&lagging(60, Some(why)), at(1));
    assert!(read(&late).starts_with("Ready=False ReplicasLagging, Reconciling=True ReplicasLagging"));
    assert!(read(&late).ends_with("Programmed=False ReplicasLagging"));
    let said = message(&late, Ready);
    assert!(said.contains("2 of 3 replicas") && said.contains("on default-2: no database"), "{said}");
    assert!(!said.contains("goes on serving"), "{said}");
}

#[test]
fn what_runs_on_no_replica_any_more_says_why_at_once() {
    let why = Problem::new(Reason::WorkerCrashLooping, "on default-0: it ended 5 times");
    let fate = Fate { loaded: 0, ..lagging(0, Some(why)) };
    let status = of_plugin(&fate, at(1));
    assert!(
        read(&status).starts_with("Ready=False WorkerCrashLooping, Reconciling=True"),
        "{}",
        read(&status)
    );

    let why = Problem::new(Reason::DependencyNotReady, "on default-0: the database does not run");
    let status = of_plugin(&Fate { loaded: 0, ..lagging(0, Some(why)) }, at(1));
    assert!(read(&status).starts_with("Ready=False ReplicasLagging, Reconciling=True"), "{}", read(&status));
    assert!(message(&status, Ready).contains("the database does not run"), "{status:?}");
}

#[test]
fn without_replicas_nothing_is_ready() {
    let status = of_plugin(&Fate { replicas: 0, loaded: 0, ..live(&json!({})) }, at(1));
    assert!(
        read(&status).starts_with("Ready=Unknown RolloutInProgress, Reconciling=True"),
        "{}",
        read(&status)
    );
    assert!(message(&status, Ready).contains("has no replica"), "{status:?}");
}

#[test]
fn what_is_turned_off_is_as_it_shall_be_once_it_is_gone() {
    let off = json!({"enabled": false});
    let status = of_plugin(&hindered(Reason::Disabled, verified(&off)), at(1));
    assert_eq!(read(&status), format!("Ready=True Disabled, {VERIFIED}"));
    assert_eq!((status.serving, status.loaded.as_deref()), (None, Some("0/2")));

    let still = of_plugin(&hindered(Reason::Disabled, live(&off)), at(1));
    assert!(
        read(&still).starts_with("Ready=Unknown RolloutInProgress, Reconciling=True"),
        "{}",
        read(&still)
    );
}

#[test]
fn a_package_that_no_replica_can_be_given_fails_where_it_comes_from() {
    let status = of_plugin(&hindered(Reason::RegistryUnreachable, verified(&json!({}))), at(1));
    assert!(
        read(&status).starts_with("Ready=False RegistryUnreachable, Reconciling=True"),
        "{}",
        read(&status)
    );
}

#[test]
fn a_condition_keeps_its_time_until_its_status_changes() {
    let time = |status: &davit_crds::PluginStatus, i: usize| status.conditions[i].last_transition_time.0;
    let first = of_plugin(&live(&json!({})), at(1));
    let again = of_plugin(&having(lagging(59, None), first.clone()), at(2));
    assert_eq!((time(&again, 0), time(&again, 4)), (at(1), at(1)));
    assert_ne!(again.conditions[4].message, first.conditions[4].message);
    let worse = of_plugin(&having(lagging(60, None), again), at(3));
    assert_eq!(time(&worse, 0), at(3));
    assert_eq!(time(&worse, 2), at(1), "SourceResolved has not changed");
}

#[test]
fn a_message_is_bounded() {
    let problem = Problem::new(Reason::InitFailed, "ä".repeat(100_000));
    let fate = Fate { problem: Some(problem), ..verified(&json!({})) };
    let status = of_plugin(&fate, at(1));
    assert!(status.conditions.iter().all(|condition| condition.message.len() <= 4096), "{status:?}");
}
