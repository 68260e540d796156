//! In: what a pass over a PluginRuntime came to. Out: its status. Pure.

use davit_crds::condition::Truth;
use davit_crds::{ConditionType, PluginRuntime, PluginRuntimeStatus};
use davit_plugin::Digest;
use davit_plugin::control::Fence;
use davit_plugin::reason::{Problem, Reason};
use jiff::Timestamp;

use super::said::Said;
use super::stages::count;
use super::values::number;
use crate::trouble::{Next, Trouble};

/// What a pass over a PluginRuntime came to.
#[derive(Debug, Clone, PartialEq)]
pub struct RuntimeFate {
    /// The plan that the replicas have agreed on; none before the first.
    pub plan: Option<Digest>,
    /// The place of the last plan that was proposed to them.
    pub fence: Option<Fence>,
    /// The replicas, those apart that are being ended.
    pub replicas: usize,
    /// Those of them that serve the plan.
    pub ready: usize,
    /// The plugins of the plan.
    pub plugins: usize,
    /// The label selector of its pods, for the scale subresource.
    pub selector: String,
    /// What keeps one of the replicas from starting, if that is known.
    pub hindrance: Option<String>,
    /// What is wrong with Secrets that its keys of the admin API are in.
    pub keys: Option<Problem>,
    /// Why its own objects are not as they must be.
    pub trouble: Option<Trouble>,
}

impl RuntimeFate {
    /// Nothing has changed but that there is trouble.
    pub fn troubled(runtime: &PluginRuntime, trouble: Trouble) -> Self {
        let before = runtime.status.clone().unwrap_or_default();
        let count = |number: i32| usize::try_from(number).unwrap_or_default();
        Self {
            plan: before.plan,
            fence: None,
            replicas: count(before.replicas),
            ready: count(before.ready),
            plugins: count(before.plugins),
            selector: before.selector.unwrap_or_default(),
            hindrance: None,
            keys: None,
            trouble: Some(trouble),
        }
    }
}

/// The status of a PluginRuntime.
pub fn of_runtime(runtime: &PluginRuntime, fate: &RuntimeFate, now: Timestamp) -> PluginRuntimeStatus {
    let generation = runtime.metadata.generation.unwrap_or_default();
    let before = runtime.status.as_ref();
    let conditions = before.map_or(&[][..], |status| &status.conditions);
    let said = whole(runtime, fate).into_iter().chain([committed(fate)]);
    PluginRuntimeStatus {
        observed_generation: generation,
        plan: fate.plan,
        // It never goes back, whoever wrote the one before.
        fence: before.and_then(|status| status.fence).max(fate.fence),
        replicas: number(fate.replicas),
        ready: number(fate.ready),
        plugins: number(fate.plugins),
        selector: Some(fate.selector.clone()).filter(|selector| !selector.is_empty()),
        conditions: said.map(|said| said.dated(generation, conditions, now)).collect(),
    }
}

fn whole(runtime: &PluginRuntime, fate: &RuntimeFate) -> Vec<Said> {
    use ConditionType::{Ready, Reconciling, Stalled};
    if let Some(Trouble { problem, next, .. }) = &fate.trouble {
        let kind = if *next == Next::Stall { Stalled } else { Reconciling };
        return [(Ready, Truth::False), (kind, Truth::True)]
            .map(|(kind, truth)| Said::new(kind, truth, problem.clone()))
            .into();
    }
    let wanted = usize::try_from(runtime.spec.replicas).unwrap_or_default().max(fate.replicas);
    let serves = count(fate.ready, wanted);
    let (truth, reason, message) = match fate.plan {
        None => (Truth::Unknown, Reason::RolloutInProgress, first_plan(wanted, fate)),
        Some(_) if fate.ready < wanted => {
            let others = "look at the others' pods if they do not join soon";
            let message =
                format!("the plan serves on {serves}: {}", fate.hindrance.as_deref().unwrap_or(others));
            (Truth::False, Reason::ReplicasLagging, message)
        }
        Some(_) => match &fate.keys {
            Some(Problem { reason, message }) => {
                (Truth::False, *reason, format!("{message}; all else of the plan serves on {serves}"))
            }
            None => (Truth::True, Reason::Serving, format!("the plan serves on {serves}")),
        },
    };
    let problem = Problem::new(reason, message);
    let ready = Said::new(Ready, truth, problem.clone());
    let reconciling = (truth != Truth::True).then(|| Said::new(Reconciling, Truth::True, problem));
    std::iter::once(ready).chain(reconciling).collect()
}

fn first_plan(wanted: usize, fate: &RuntimeFate) -> String {
    match wanted {
        0 => "it shall have no replica: set `spec.replicas`".into(),
        _ => match &fate.hindrance {
            Some(known) => format!("the first plan waits for replicas: {known}"),
            None => "the first plan waits for replicas that answer".into(),
        },
    }
}

fn committed(fate: &RuntimeFate) -> Said {
    let (truth, reason, message) = match fate.plan {
        Some(plan) => (Truth::True, Reason::Programmed, agreed(plan, fate.plugins)),
        None => {
            (Truth::Unknown, Reason::RolloutInProgress, "the replicas have not agreed on a plan yet".into())
        }
    };
    Said::new(ConditionType::PlanCommitted, truth, Problem::new(reason, message))
}

fn agreed(plan: Digest, plugins: usize) -> String {
    let plural = if plugins == 1 { "" } else { "s" };
    format!("the replicas have agreed on {plan} with {plugins} plugin{plural}")
}
