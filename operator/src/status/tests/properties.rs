//! What every status holds, whatever became of the resource.

use std::sync::Arc;
use std::time::Duration;

use davit_crds::condition::{TABLE, Truth, condition_of};
use davit_crds::{Condition, ConditionType, PluginStatus};
use davit_plugin::reason::{Problem, Reason};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::super::said;
use super::super::{Fate, of_plugin};
use super::world::{GENERATION, artifact, at, having, kept, pinned, planned, unknown};
use crate::artifact::Artifact;
use crate::trouble::Trouble;

const REASONS: [Reason; 12] = [
    Reason::Disabled,
    Reason::RuntimeNotFound,
    Reason::TagNotFound,
    Reason::RegistryUnreachable,
    Reason::ReferenceInvalid,
    Reason::DigestMismatch,
    Reason::NameMismatch,
    Reason::DependencyMissing,
    Reason::RolloutInProgress,
    Reason::BaseTaken,
    Reason::LoadFailed,
    Reason::InitFailed,
];

prop_compose! {
    fn any_trouble()(reason in select(&REASONS[2..]), stall in any::<bool>()) -> Trouble {
        let stage = condition_of(reason);
        if stall { Trouble::stall(stage, reason, "why") } else { Trouble::retry(stage, reason, "why") }
    }
}

prop_compose! {
    fn any_artifact()(
        age in 0..2_i64, resolved in any::<bool>(), is_kept in any::<bool>(), trouble in option::of(any_trouble()),
    ) -> Artifact {
        let whole = artifact(kept("2.0.0"));
        Artifact {
            generation: GENERATION - age,
            resolved: whole.resolved.filter(|_| resolved || is_kept),
            kept: whole.kept.filter(|_| is_kept),
            trouble,
        }
    }
}

prop_compose! {
    fn any_fate()(
        enabled in any::<bool>(), suspend in any::<bool>(), by_digest in any::<bool>(),
        artifact in option::of(any_artifact()),
        problem in option::of(select(&REASONS[..])),
        serving in option::of(select(&["1.0.0", "2.0.0"][..])),
        current in any::<bool>(), replicas in 0..4_usize, share in 0..4_usize,
        lagging in option::of(select(&REASONS[7..])), since in option::of(0..120_u64),
    ) -> Fate {
        let mut spec = json!({"enabled": enabled, "suspend": suspend});
        if by_digest {
            spec.as_object_mut().unwrap().extend(pinned().as_object().unwrap().clone());
        }
        let fate = unknown(&spec);
        let serving = serving.map(|version| Arc::new(planned(&kept(version))));
        let why = |reason| Problem::new(reason, "why");
        Fate {
            artifact: artifact.map(Arc::new),
            current: current && serving.is_some() && problem.is_none(),
            problem: problem.map(why),
            loaded: if serving.is_some() { share.min(replicas) } else { 0 },
            serving,
            replicas,
            lagging: lagging.map(why),
            lagging_for: since.map(Duration::from_secs),
            ..fate
        }
    }
}

/// The fate of the same resource later.
fn later(first: &Fate, fate: Fate) -> Fate {
    let status = of_plugin(first, at(1));
    having(Fate { plugin: first.plugin.clone(), ..fate }, status)
}

fn truth(status: &PluginStatus, kind: ConditionType) -> Option<Truth> {
    kind.find(&status.conditions).map(said::truth)
}

/// Whether the table has the reason under the condition. What has not begun says
/// that it is under way; the whole resource may tell of any stage.
fn is_in_table(condition: &Condition) -> bool {
    let waits =
        said::truth(condition) == Truth::Unknown && condition.reason == Reason::RolloutInProgress.to_string();
    let whole = ["Ready", "Reconciling", "Stalled"].contains(&condition.type_.as_str());
    let mut table = TABLE.iter().filter(|(kind, _)| whole || kind.to_string() == condition.type_);
    waits || table.any(|(_, rows)| rows.iter().any(|row| row.reason.to_string() == condition.reason))
}

fn check(fate: &Fate, status: &PluginStatus) -> Result<(), TestCaseError> {
    let ready = truth(status, ConditionType::Ready);
    let (reconciling, stalled) =
        (truth(status, ConditionType::Reconciling), truth(status, ConditionType::Stalled));
    prop_assert!(ready.is_some());
    for kind in [reconciling, stalled].into_iter().flatten() {
        prop_assert_eq!(kind, Truth::True, "present only while true");
    }
    let going = usize::from(reconciling.is_some()) + usize::from(stalled.is_some());
    let expected = usize::from(ready != Some(Truth::True) && !fate.plugin.spec.suspend);
    prop_assert_eq!(going, expected);
    prop_assert_eq!(status.observed_generation, GENERATION);
    for condition in &status.conditions {
        prop_assert_eq!(condition.observed_generation, Some(GENERATION));
        prop_assert!(!condition.message.is_empty() && !condition.reason.is_empty());
        prop_assert!(is_in_table(condition), "{condition:?}");
        let same = status.conditions.iter().filter(|other| other.type_ == condition.type_).count();
        prop_assert_eq!(same, 1);
    }
    Ok(())
}

proptest! {
    #[test]
    fn ready_is_always_there_and_only_what_is_not_ready_is_on_its_way_or_stands(
        first in any_fate(), second in any_fate(),
    ) {
        check(&first, &of_plugin(&first, at(1)))?;
        let second = later(&first, second);
        check(&second, &of_plugin(&second, at(2)))?;
    }

    #[test]
    fn ready_is_true_only_of_what_serves_or_shall_not(fate in any_fate()) {
        let status = of_plugin(&fate, at(1));
        if truth(&status, ConditionType::Ready) == Some(Truth::True) && fate.plugin.spec.enabled {
            prop_assert!(fate.current && fate.loaded > 0 || fate.lagging_for.is_none_or(|time| time < fate.patience));
            prop_assert_eq!(status.serving.as_ref().map(|serving| serving.generation), Some(GENERATION));
        }
        if !fate.plugin.spec.enabled && truth(&status, ConditionType::Ready) == Some(Truth::True) {
            prop_assert_eq!(status.serving, None);
        }
    }

    #[test]
    fn the_same_fate_again_is_the_same_status(first in any_fate(), second in any_fate()) {
        let second = later(&first, second);
        let status = of_plugin(&second, at(2));
        prop_assert_eq!(of_plugin(&having(second, status.clone()), at(3)), status);
    }
}
