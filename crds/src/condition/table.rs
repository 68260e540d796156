//! Which condition tells of which reason, and whether it stalls (interfaces §3,
//! "Conditions"). The one table that status and docs are made from.

use davit_plugin::Reason;

use super::ConditionType;

/// A reason, and whether it stalls: whether no time and no other object can cure
/// it, if the resource alone is at fault or its source is a digest. With a tag,
/// a range or a ConfigMap the same reason is one that is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The reason.
    pub reason: Reason,
    /// Whether it stalls.
    pub stalls: bool,
    /// What it means here, if that is not what it means of a plugin.
    here: Option<&'static str>,
}

impl Row {
    /// What the reason means.
    pub fn meaning(&self) -> &'static str {
        self.here.unwrap_or(self.reason.meaning())
    }

    const fn meaning_here(self, here: &'static str) -> Self {
        Self { here: Some(here), ..self }
    }
}

const fn waits(reason: Reason) -> Row {
    Row { reason, stalls: false, here: None }
}

const fn stall(reason: Reason) -> Row {
    Row { reason, stalls: true, here: None }
}

/// The conditions that have reasons of their own, in the order of a plugin's way.
/// Ready, Reconciling and Stalled also have those of the stage that they tell of.
pub const TABLE: [(ConditionType, &[Row]); 5] = [
    (ConditionType::Ready, &READY),
    (ConditionType::SourceResolved, &SOURCE_RESOLVED),
    (ConditionType::Verified, &VERIFIED),
    (ConditionType::DependenciesReady, &DEPENDENCIES_READY),
    (ConditionType::Programmed, &PROGRAMMED),
];

/// The same of a PluginRuntime, whose conditions share words with its Plugins'.
pub const RUNTIME_TABLE: [(ConditionType, &[Row]); 2] =
    [(ConditionType::Ready, &RUNTIME_READY), (ConditionType::PlanCommitted, &PLAN_COMMITTED)];

const RUNTIME_READY: [Row; 6] = [
    waits(Reason::Serving).meaning_here("The plan serves on all replicas."),
    waits(Reason::RolloutInProgress).meaning_here("The first plan is being brought to the replicas."),
    waits(Reason::ReplicasLagging).meaning_here("Not all replicas serve the plan yet."),
    waits(Reason::SecretNotFound)
        .meaning_here(
            "The Secret that `spec.adminKeySecret` names is not there, or has no `key`; or one of \
             `spec.apiKeySecrets` is not there, or has no `key` and `role` that can be used: the message names \
             it, and all other keys count.",
        ),
    stall(Reason::ConfigInvalid).meaning_here(
        "The API server refuses an object that is made from `spec`, e.g. for an affinity that is none; \
         the message has its words.",
    ),
    stall(Reason::NameTaken).meaning_here("Somebody else owns an object whose name the PluginRuntime needs."),
];

const PLAN_COMMITTED: [Row; 2] = [
    waits(Reason::Programmed).meaning_here("The replicas have agreed on the plan."),
    waits(Reason::RolloutInProgress).meaning_here("The replicas have not agreed on a plan yet."),
];

const READY: [Row; 4] = [
    waits(Reason::Serving),
    waits(Reason::Disabled),
    waits(Reason::Suspended),
    waits(Reason::RuntimeNotFound),
];

const SOURCE_RESOLVED: [Row; 9] = [
    waits(Reason::Resolved),
    stall(Reason::ReferenceInvalid),
    waits(Reason::TagNotFound),
    waits(Reason::RegistryUnreachable),
    waits(Reason::RegistryDenied),
    waits(Reason::ConfigMapNotFound),
    waits(Reason::SecretNotFound),
    stall(Reason::PackageInvalid),
    stall(Reason::PackageTooLarge),
];

const VERIFIED: [Row; 5] = [
    waits(Reason::Verified),
    waits(Reason::DigestMismatch),
    stall(Reason::ManifestInvalid),
    stall(Reason::NameMismatch),
    stall(Reason::ConfigInvalid),
];

const DEPENDENCIES_READY: [Row; 8] = [
    waits(Reason::DependenciesReady),
    waits(Reason::DependencyMissing),
    waits(Reason::DependencyDisabled),
    waits(Reason::DependencyNotReady),
    waits(Reason::DependencyVersionUnmet),
    waits(Reason::DependencyCycle),
    waits(Reason::GroupNeedsConsent),
    waits(Reason::EnvConflict),
];

const PROGRAMMED: [Row; 13] = [
    waits(Reason::Programmed),
    waits(Reason::RolloutInProgress),
    waits(Reason::BaseTaken),
    waits(Reason::NameTaken),
    waits(Reason::EngineMissing),
    stall(Reason::BaseReserved),
    stall(Reason::RoutesWithoutBase),
    stall(Reason::LoadFailed),
    waits(Reason::InitFailed),
    waits(Reason::InitTimeout),
    waits(Reason::WorkerCrashLooping),
    waits(Reason::ReplicasLagging),
    waits(Reason::VolumeFull),
];

/// The condition that a reason belongs to, and whether the reason stalls.
fn find(reason: Reason) -> (ConditionType, bool) {
    let rows = TABLE.iter().flat_map(|(condition, rows)| rows.iter().map(move |row| (*condition, row)));
    rows.filter(|(_, row)| row.reason == reason)
        .map(|(condition, row)| (condition, row.stalls))
        .next()
        .unwrap_or((ConditionType::Ready, false))
}

/// The condition that a reason belongs to; Ready for those of the whole resource.
pub fn condition_of(reason: Reason) -> ConditionType {
    find(reason).0
}

/// Whether a reason stalls if the resource alone is at fault or its source is a
/// digest.
pub fn stalls(reason: Reason) -> bool {
    find(reason).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_belongs_to_one_condition() {
        let rows = TABLE.iter().flat_map(|(_, rows)| rows.iter());
        let all: Vec<_> = rows.map(|row| row.reason).collect();
        for reason in Reason::ALL {
            assert_eq!(all.iter().filter(|one| *one == reason).count(), 1, "{reason}");
        }
        assert_eq!(all.len(), Reason::ALL.len());
        assert_eq!(condition_of(Reason::TagNotFound), ConditionType::SourceResolved);
        assert_eq!(condition_of(Reason::Suspended), ConditionType::Ready);
    }

    #[test]
    fn these_stall_and_no_others() {
        let stalling: Vec<_> = Reason::ALL.iter().copied().filter(|reason| stalls(*reason)).collect();
        let expected = [
            Reason::ReferenceInvalid,
            Reason::PackageInvalid,
            Reason::PackageTooLarge,
            Reason::ManifestInvalid,
            Reason::NameMismatch,
            Reason::ConfigInvalid,
            Reason::BaseReserved,
            Reason::RoutesWithoutBase,
            Reason::LoadFailed,
        ];
        assert_eq!(stalling, expected);
    }
}
