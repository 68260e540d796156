//! A resource that says to leave everything as it is.

use davit_crds::ConditionType::Ready;
use davit_plugin::reason::Reason;
use serde_json::json;

use super::super::{Fate, of_plugin};
use super::world::{GENERATION, at, having, hindered, live, message, on_last_good, read, unknown, verified};

fn suspended(status: Option<davit_crds::PluginStatus>) -> Fate {
    let fate = unknown(&json!({"suspend": true}));
    match status {
        Some(status) => having(fate, status),
        None => fate,
    }
}

#[test]
fn all_stays_as_it_was_and_speaks_of_the_new_generation() {
    let mut before = of_plugin(&live(&json!({})), at(1));
    before.observed_generation -= 1;
    before.conditions.iter_mut().for_each(|condition| condition.observed_generation = Some(GENERATION - 1));
    let status = of_plugin(&suspended(Some(before.clone())), at(2));
    assert!(read(&status).starts_with("Ready=True Suspended, SourceResolved=True"), "{}", read(&status));
    assert!(message(&status, Ready).contains("spec.suspend"));
    assert_eq!(status.conditions[0].last_transition_time.0, at(1));
    assert_eq!(status.observed_generation, GENERATION);
    assert!(status.conditions.iter().all(|condition| condition.observed_generation == Some(GENERATION)));
    assert_eq!(
        (status.serving, status.resolved, status.loaded),
        (before.serving, before.resolved, before.loaded)
    );
}

#[test]
fn nothing_is_tried_so_nothing_is_reconciling() {
    let failed = of_plugin(&on_last_good(hindered(Reason::InitFailed, verified(&json!({})))), at(1));
    let status = of_plugin(&suspended(Some(failed)), at(2));
    assert!(read(&status).starts_with("Ready=False Suspended, SourceResolved=True"), "{}", read(&status));
}

#[test]
fn what_was_never_looked_at_is_not_taken_for_ready() {
    let status = of_plugin(&suspended(None), at(1));
    assert_eq!(read(&status), "Ready=Unknown Suspended");
    assert_eq!(status.observed_generation, GENERATION);
}
