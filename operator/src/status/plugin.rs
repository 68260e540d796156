//! In: what became of a Plugin in a pass. Out: its status, with the times of the
//! one before where nothing else has changed. Pure.

use davit_crds::condition::Truth;
use davit_crds::{Condition, ConditionType, PluginStatus, SourceType};
use davit_plugin::reason::{Problem, Reason};
use jiff::Timestamp;

use super::Fate;
use super::ready;
use super::said::{Said, truth};
use super::values;
use super::view::View;

/// The status of a Plugin.
pub fn of_plugin(fate: &Fate, now: Timestamp) -> PluginStatus {
    let view = View::of(fate);
    if fate.plugin.spec.suspend { suspended(&view, now) } else { active(&view, now) }
}

fn active(view: &View<'_>, now: Timestamp) -> PluginStatus {
    let fate = view.fate;
    let (resolved, serving) = (values::resolved(view), values::serving(view, now));
    let digest = serving.as_ref().map(|it| it.digest).or(resolved.as_ref().map(|it| it.digest));
    PluginStatus {
        observed_generation: view.generation,
        loaded: Some(format!("{}/{}", fate.loaded, fate.replicas)),
        short_digest: digest.map(|digest| digest.short()),
        source_type: source_type(view),
        base: fate.serving.as_ref().and_then(|planned| planned.base.as_ref()).map(ToString::to_string),
        group: fate.group.iter().map(ToString::to_string).collect(),
        not_granted: values::not_granted(view),
        conditions: conditions(view, now),
        resolved,
        serving,
    }
}

/// The conditions of this pass; those of the last one while nobody has looked at
/// the source since the operator's start, for that alone tells nothing new.
fn conditions(view: &View<'_>, now: Timestamp) -> Vec<Condition> {
    let before = view.before.map_or(&[][..], |status| &status.conditions);
    if view.is_unasked() && !before.is_empty() {
        return before.to_vec();
    }
    let said = ready::conditions(view).into_iter();
    said.map(|said| said.dated(view.generation, before, now)).collect()
}

/// Everything stays as it is; only Ready says why, and all of it speaks of this
/// generation. Nothing is tried, so nothing is reconciling or stalled.
fn suspended(view: &View<'_>, now: Timestamp) -> PluginStatus {
    use ConditionType::{Ready, Reconciling, Stalled};
    let mut status = view.before.cloned().unwrap_or_default();
    let truth = Ready.find(&status.conditions).map_or(Truth::Unknown, truth);
    let why = Problem::new(Reason::Suspended, "everything stays as it is until `spec.suspend` is false");
    let ready = Said::new(Ready, truth, why).dated(view.generation, &status.conditions, now);
    let over = [Ready, Reconciling, Stalled].map(|kind| kind.to_string());
    let mut stages = std::mem::take(&mut status.conditions);
    stages.retain(|condition| !over.contains(&condition.type_));
    stages.iter_mut().for_each(|condition| condition.observed_generation = Some(view.generation));
    status.conditions = std::iter::once(ready).chain(stages).collect();
    PluginStatus { observed_generation: view.generation, source_type: source_type(view), ..status }
}

fn source_type(view: &View<'_>) -> Option<SourceType> {
    view.fate.plugin.spec.source.parse().ok().map(|source| source.source_type())
}
