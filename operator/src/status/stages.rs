//! In: what became of a Plugin. Out: how far each stage has come with the
//! version that is wanted. Pure.

use davit_crds::ConditionType;
use davit_crds::condition::condition_of;
use davit_plugin::reason::{Problem, Reason};

use super::view::View;
use crate::trouble::Next;

/// How far one stage has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is done.
    Done(Problem),
    /// What it came to stands, but cannot be looked at again now.
    Stands(Problem),
    /// It is under way, or waits for another stage.
    Waits(Problem),
    /// It failed.
    Failed(Problem, Next),
}

/// The stages in their order.
pub(super) fn stages(view: &View<'_>) -> [(ConditionType, Mark); 4] {
    use ConditionType::{DependenciesReady, Programmed, SourceResolved, Verified};
    let source = mark(view, SourceResolved, None, resolved);
    let verified = mark(view, Verified, Some((SourceResolved, &source)), verified);
    let dependencies = mark(view, DependenciesReady, Some((Verified, &verified)), dependencies);
    let programmed = mark(view, Programmed, Some((DependenciesReady, &dependencies)), programmed);
    [
        (SourceResolved, source),
        (Verified, verified),
        (DependenciesReady, dependencies),
        (Programmed, programmed),
    ]
}

/// A stage has failed, or waits for the one before it, or speaks for itself.
fn mark(
    view: &View<'_>,
    stage: ConditionType,
    before: Option<(ConditionType, &Mark)>,
    itself: fn(&View<'_>) -> Mark,
) -> Mark {
    if let Some(trouble) = view.trouble_at(stage) {
        return match trouble.problem.reason {
            Reason::RolloutInProgress => Mark::Waits(trouble.problem),
            _ => Mark::Failed(trouble.problem, trouble.next),
        };
    }
    match before {
        Some((name, Mark::Waits(_) | Mark::Failed(..))) => waits(format!("it waits for {name}")),
        _ => itself(view),
    }
}

fn resolved(view: &View<'_>) -> Mark {
    if let Some(trouble) = view.outage() {
        return Mark::Stands(trouble.problem.clone());
    }
    match view.today.and_then(|artifact| artifact.resolved.as_ref()) {
        Some(resolved) => done(Reason::Resolved, format!("the source names {}", resolved.reference)),
        None => waits("the source is being asked"),
    }
}

fn verified(view: &View<'_>) -> Mark {
    let served = view.fate.serving.as_ref().filter(|_| view.current).map(|planned| &planned.version);
    match (view.version().or(served), view.resolved()) {
        (Some(version), Some(digest)) => done(Reason::Verified, format!("{digest} is version {version}")),
        _ => waits("the package is being fetched"),
    }
}

fn dependencies(view: &View<'_>) -> Mark {
    if view.is_orphan() {
        return waits("it waits for its PluginRuntime");
    }
    done(Reason::DependenciesReady, "all that it requires is there")
}

fn programmed(view: &View<'_>) -> Mark {
    let fate = view.fate;
    let runtime = &fate.plugin.spec.runtime_ref.name;
    let nowhere = fate.loaded == 0;
    let serves = format!("it serves on {}", count(fate.loaded, fate.replicas));
    match &fate.lagging {
        _ if fate.replicas == 0 => waits(format!(
            "the PluginRuntime {runtime} has no replica: look at its `spec.replicas` and its pods"
        )),
        _ if !view.current => waits("it is being brought to the replicas"),
        _ if fate.loaded == fate.replicas => done(Reason::Programmed, serves),
        Some(problem) if nowhere && condition_of(problem.reason) == ConditionType::Programmed => {
            Mark::Failed(problem.clone(), Next::Retry)
        }
        why if view.patience_is_over() || nowhere && why.is_some() => {
            let why = why.as_ref().map(|problem| format!(" ({problem})")).unwrap_or_default();
            let message = format!("{serves}{why}: look at the pods of the PluginRuntime {runtime}");
            Mark::Failed(Problem::new(Reason::ReplicasLagging, message), Next::Retry)
        }
        _ => done(Reason::Programmed, format!("{serves}; the others are joining")),
    }
}

/// `2 of 3 replicas`.
pub(super) fn count(loaded: usize, replicas: usize) -> String {
    format!("{loaded} of {replicas} replica{}", if replicas == 1 { "" } else { "s" })
}

fn done(reason: Reason, message: impl Into<String>) -> Mark {
    Mark::Done(Problem::new(reason, message))
}

fn waits(message: impl Into<String>) -> Mark {
    Mark::Waits(Problem::new(Reason::RolloutInProgress, message))
}
