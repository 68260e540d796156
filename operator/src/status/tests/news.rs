//! What is told as events.

use davit_crds::PluginStatus;
use davit_plugin::reason::Reason;
use serde_json::json;

use super::super::{Fate, news, of_plugin};
use super::world::{at, having, hindered, live, on_last_good, pinned, unknown, verified};

/// `Warning InitFailed`, … for the step from the status that a fate begins with.
fn told(fate: &Fate) -> Vec<String> {
    let after = of_plugin(fate, at(9));
    let news = news::of_plugin(fate.plugin.status.as_ref(), &after);
    let word =
        |news: &news::News| format!("{} {}", if news.warning { "Warning" } else { "Normal" }, news.reason);
    news.iter().map(word).collect()
}

fn after(first: &Fate, then: Fate) -> Fate {
    let status: PluginStatus = of_plugin(first, at(5));
    having(then, status)
}

#[test]
fn a_version_that_goes_live_is_told_once() {
    assert_eq!(told(&live(&json!({}))), ["Normal Serving"]);
    let mut next = on_last_good(live(&json!({})));
    (next.serving, next.current) = (live(&json!({})).serving, true);
    assert_eq!(told(&next), ["Normal Serving"], "though Ready did not change in between");
    assert!(told(&after(&next, next.clone())).is_empty());
}

#[test]
fn a_version_that_fails_is_told_with_what_goes_on_serving() {
    let failed = on_last_good(hindered(Reason::InitFailed, verified(&json!({}))));
    assert_eq!(told(&failed), ["Warning InitFailed", "Warning LastGoodKept"]);
    assert!(told(&after(&failed, failed.clone())).is_empty());
    let otherwise = hindered(Reason::InitTimeout, failed.clone());
    assert_eq!(told(&after(&failed, otherwise)), ["Warning InitTimeout"]);
}

#[test]
fn coming_to_a_stand_is_told() {
    let stalled = hindered(Reason::LoadFailed, verified(&pinned()));
    assert_eq!(told(&stalled), ["Warning LoadFailed", "Warning Stalled"]);
}

#[test]
fn sharing_a_process_with_others_than_before_is_told_once() {
    let alone = live(&json!({}));
    let mut group = alone.group.clone();
    group.push("@acme/pay".parse().unwrap());
    let merged = after(&alone, Fate { group, ..alone.clone() });
    assert_eq!(told(&merged), ["Normal GroupMerged"]);
    let news = news::of_plugin(merged.plugin.status.as_ref(), &of_plugin(&merged, at(9)));
    assert!(news[0].note.contains("with @acme/pay from now on") && news[0].about.len() < 100, "{news:?}");
    assert!(told(&after(&merged, merged.clone())).is_empty());
    assert!(told(&after(&merged, alone)).is_empty(), "parting is no news");
}

#[test]
fn what_is_under_way_is_not_news() {
    assert!(told(&unknown(&json!({}))).is_empty());
    assert!(told(&verified(&json!({}))).is_empty());
}

#[test]
fn suspending_what_fails_warns_of_nothing() {
    let failed = on_last_good(hindered(Reason::InitFailed, verified(&json!({}))));
    let suspended = unknown(&json!({"suspend": true}));
    assert_eq!(told(&after(&failed, suspended)), ["Normal Suspended"]);
}
