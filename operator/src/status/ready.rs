//! In: how far the stages have come. Out: what the resource says as a whole, in
//! the three conditions that every tool reads (kstatus). Pure.

use davit_crds::ConditionType;
use davit_crds::condition::Truth;
use davit_plugin::reason::{Problem, Reason};

use super::said::Said;
use super::stages::{Mark, count, stages};
use super::view::View;
use crate::trouble::Next;

/// What a person can do who does not want to wait.
const NOW: &str = "it is tried again by itself; set the annotation davit.dev/requestedAt to try now";

/// A resource as a whole.
enum Whole {
    /// It is as it shall be.
    Good(Problem),
    /// It is on its way.
    Waits(Problem),
    /// It is not as it shall be.
    Failed(Problem, Next),
}

/// All conditions of a Plugin that is not suspended.
pub(super) fn conditions(view: &View<'_>) -> Vec<Said> {
    let (stages, enabled) = (stages(view), view.fate.plugin.spec.enabled);
    let whole = whole(view, stages.iter().map(|(_, mark)| mark));
    // A plugin that is turned off has no way beyond its package.
    let shown = stages.into_iter().filter(|(stage, _)| {
        enabled || matches!(stage, ConditionType::SourceResolved | ConditionType::Verified)
    });
    let shown = shown.map(|(stage, mark)| of_stage(stage, mark));
    of_whole(view, whole).into_iter().chain(shown).collect()
}

fn whole<'a>(view: &View<'_>, stages: impl Iterator<Item = &'a Mark> + Clone) -> Whole {
    match &view.fate.problem {
        _ if !view.fate.plugin.spec.enabled => return off(view),
        Some(problem) if view.is_orphan() => return Whole::Failed(problem.clone(), Next::Retry),
        _ => {}
    }
    let failed = stages.clone().find_map(|mark| match mark {
        Mark::Failed(problem, next) => Some(Whole::Failed(problem.clone(), *next)),
        _ => None,
    });
    let mut waits = stages.filter_map(|mark| match mark {
        Mark::Waits(problem) => Some(Whole::Waits(problem.clone())),
        _ => None,
    });
    failed.or_else(|| waits.next()).unwrap_or_else(|| Whole::Good(serving(view)))
}

fn off(view: &View<'_>) -> Whole {
    if view.fate.serving.is_some() {
        return Whole::Waits(Problem::new(Reason::RolloutInProgress, "it is being taken off the replicas"));
    }
    Whole::Good(Problem::new(Reason::Disabled, "it is turned off: set `spec.enabled: true` to run it"))
}

fn serving(view: &View<'_>) -> Problem {
    let version = view.fate.serving.as_ref().map(|planned| planned.version.to_string()).unwrap_or_default();
    let count = count(view.fate.loaded, view.fate.replicas);
    Problem::new(Reason::Serving, format!("version {version} serves on {count}"))
}

fn of_whole(view: &View<'_>, whole: Whole) -> Vec<Said> {
    use ConditionType::{Ready, Reconciling, Stalled};
    match whole {
        Whole::Good(problem) => vec![Said::new(Ready, Truth::True, problem)],
        Whole::Waits(problem) => vec![
            Said::new(Ready, Truth::Unknown, with_last_good(view, problem.clone())),
            Said::new(Reconciling, Truth::True, problem),
        ],
        Whole::Failed(problem, next) => {
            let (kind, hint) = match next {
                Next::Retry => (Reconciling, NOW),
                Next::Stall => (Stalled, "it stays like this until the resource changes"),
            };
            let further = Problem::new(problem.reason, format!("{}; {hint}", problem.message));
            vec![
                Said::new(Ready, Truth::False, with_last_good(view, problem)),
                Said::new(kind, Truth::True, further),
            ]
        }
    }
}

/// Says what answers requests meanwhile.
fn with_last_good(view: &View<'_>, problem: Problem) -> Problem {
    match &view.fate.serving {
        Some(planned) if !view.current && view.fate.plugin.spec.enabled => {
            let message = format!("{}; version {} goes on serving", problem.message, planned.version);
            Problem { message, ..problem }
        }
        _ => problem,
    }
}

fn of_stage(stage: ConditionType, mark: Mark) -> Said {
    let (truth, problem) = match mark {
        Mark::Done(problem) => (Truth::True, problem),
        Mark::Waits(problem) => (Truth::Unknown, problem),
        Mark::Stands(problem) | Mark::Failed(problem, _) => (Truth::False, problem),
    };
    Said::new(stage, truth, problem)
}
