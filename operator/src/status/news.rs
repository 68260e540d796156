//! In: the status that a resource had and the one it gets. Out: what has
//! changed that a person may want to read about. Pure.

use davit_crds::condition::Truth;
use davit_crds::{Condition, ConditionType, PluginRuntimeStatus, PluginStatus, Serving};
use davit_plugin::Digest;
use davit_plugin::reason::Reason;

use super::said::truth;

/// Something that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    /// Whether a person may have to do something.
    pub(super) warning: bool,
    /// The stable word.
    pub(super) reason: String,
    /// The sentence.
    pub(super) note: String,
    /// What it concerns, e.g. a package: equal news about the same thing is
    /// counted, not told again.
    pub(super) about: String,
}

/// What has changed on a Plugin: it went live or fell behind, came to a stand,
/// goes on with its last good version, or shares its process with others than
/// before.
pub(super) fn of_plugin(before: Option<&PluginStatus>, after: &PluginStatus) -> Vec<News> {
    let about = after.resolved.as_ref().map_or("Unresolved".into(), |resolved| resolved.digest.short());
    let (was, is) = (before.map_or(&[][..], |status| &status.conditions), &after.conditions);
    let served = before.and_then(|status| status.serving.as_ref());
    let mut news = of_conditions(was, is, &about);
    if let Some(now) = &after.serving {
        let live = is_live(served, now, after)
            && !news.iter().any(|told| told.reason == Reason::Serving.to_string());
        news.extend(live.then(|| went_live(now, &about)));
        news.extend((!is_behind(before) && is_behind(Some(after))).then(|| last_good(now, &about)));
    }
    news.extend(before.and_then(|before| merged(before, after)));
    news
}

/// Its group and another one became one: plugins that were not in its process are
/// in it now, and see what it sees.
fn merged(before: &PluginStatus, after: &PluginStatus) -> Option<News> {
    let joined: Vec<&str> =
        after.group.iter().filter(|name| !before.group.contains(name)).map(String::as_str).collect();
    (!before.group.is_empty() && !joined.is_empty()).then(|| News {
        warning: false,
        reason: "GroupMerged".into(),
        note: format!(
            "it shares its process, and with it variables and permissions, with {} from now on",
            joined.join(", ")
        ),
        about: Digest::of(joined.join(",").as_bytes()).short(),
    })
}

/// What has changed on a PluginRuntime.
pub(super) fn of_runtime(before: Option<&PluginRuntimeStatus>, after: &PluginRuntimeStatus) -> Vec<News> {
    let was = before.map_or(&[][..], |status| &status.conditions);
    of_conditions(was, &after.conditions, "Runtime")
}

/// Ready says something else, or nothing goes on any more. That something is
/// under way is no news.
fn of_conditions(was: &[Condition], is: &[Condition], about: &str) -> Vec<News> {
    let changed = |kind: ConditionType| {
        let now = kind.find(is)?;
        let same = kind.find(was).is_some_and(|was| (&was.status, &was.reason) == (&now.status, &now.reason));
        (!same && truth(now) != Truth::Unknown).then_some(now)
    };
    let ready = changed(ConditionType::Ready).map(|now| News {
        warning: truth(now) == Truth::False && now.reason != Reason::Suspended.to_string(),
        reason: now.reason.clone(),
        note: now.message.clone(),
        about: about.to_owned(),
    });
    let stalled = changed(ConditionType::Stalled).map(|now| News {
        warning: true,
        reason: ConditionType::Stalled.to_string(),
        note: format!("{}: {}", now.reason, now.message),
        about: about.to_owned(),
    });
    ready.into_iter().chain(stalled).collect()
}

/// Whether this generation serves now, and another version or one of another
/// generation did before.
fn is_live(served: Option<&Serving>, now: &Serving, after: &PluginStatus) -> bool {
    let same = served.is_some_and(|was| (was.digest, was.generation) == (now.digest, now.generation));
    !same && now.generation == after.observed_generation
}

fn is_behind(status: Option<&PluginStatus>) -> bool {
    status.is_some_and(|status| {
        let failed = ConditionType::Ready.find(&status.conditions).is_some_and(|ready| {
            truth(ready) == Truth::False && ready.reason != Reason::Suspended.to_string()
        });
        let wanted = status.resolved.as_ref().map(|resolved| resolved.digest);
        let old = |serving: &Serving| {
            serving.generation < status.observed_generation || Some(serving.digest) != wanted
        };
        failed && status.serving.as_ref().is_some_and(old)
    })
}

fn went_live(serving: &Serving, about: &str) -> News {
    News {
        warning: false,
        reason: Reason::Serving.to_string(),
        note: format!("version {} serves", serving.version),
        about: about.to_owned(),
    }
}

fn last_good(serving: &Serving, about: &str) -> News {
    News {
        warning: true,
        reason: "LastGoodKept".into(),
        note: format!("version {} of generation {} goes on serving", serving.version, serving.generation),
        about: about.to_owned(),
    }
}
