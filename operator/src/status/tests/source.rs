//! The stages up to the verified package.

use std::sync::Arc;

use davit_crds::ConditionType::{
    self, DependenciesReady, Programmed, Ready, SourceResolved, Stalled, Verified,
};
use davit_plugin::reason::Reason::{self, RegistryUnreachable};
use serde_json::json;

use super::super::{Fate, of_plugin};
use super::world::{
    GENERATION, artifact, at, hindered, kept, live, message, on_last_good, pinned, read, troubled, unknown,
    verified,
};
use crate::artifact::{Artifact, Artifacts};
use crate::trouble::Trouble;

fn waiting(stages: &[ConditionType]) -> String {
    let one = |stage: &ConditionType| format!(", {stage}=Unknown RolloutInProgress");
    stages.iter().map(one).collect::<Vec<_>>().concat()
}

fn retry(stage: ConditionType, reason: Reason) -> Trouble {
    Trouble::retry(stage, reason, "because")
}

#[test]
fn a_resource_that_nobody_has_looked_at_is_never_ready() {
    let status = of_plugin(&unknown(&json!({})), at(1));
    let rest = waiting(&[SourceResolved, Verified, DependenciesReady, Programmed]);
    let expected = format!("Ready=Unknown RolloutInProgress, Reconciling=True RolloutInProgress{rest}");
    assert_eq!(read(&status), expected);
    assert_eq!(status.observed_generation, GENERATION);
}

#[test]
fn what_the_registry_or_another_object_can_cure_is_tried_again() {
    for reason in [
        Reason::TagNotFound,
        Reason::RegistryUnreachable,
        Reason::RegistryDenied,
        Reason::ConfigMapNotFound,
        Reason::SecretNotFound,
        Reason::PackageInvalid,
        Reason::PackageTooLarge,
    ] {
        let status = of_plugin(&troubled(retry(SourceResolved, reason), &json!({})), at(1));
        let rest = waiting(&[Verified, DependenciesReady, Programmed]);
        let expected =
            format!("Ready=False {reason}, Reconciling=True {reason}, SourceResolved=False {reason}{rest}");
        assert_eq!(read(&status), expected);
    }
}

#[test]
fn what_only_a_person_can_cure_stalls() {
    let trouble = Trouble::stall(SourceResolved, Reason::ReferenceInvalid, "because");
    let status = of_plugin(&troubled(trouble, &json!({})), at(1));
    let rest = waiting(&[Verified, DependenciesReady, Programmed]);
    let expected =
        "Ready=False ReferenceInvalid, Stalled=True ReferenceInvalid, SourceResolved=False ReferenceInvalid";
    assert_eq!(read(&status), format!("{expected}{rest}"));
    assert!(message(&status, Stalled).contains("until the resource changes"), "{status:?}");
}

/// A package that was found and is not what it must be.
fn unverified(reason: Reason) -> Fate {
    let artifact = Artifact { kept: None, trouble: Some(retry(Verified, reason)), ..artifact(kept("2.0.0")) };
    Fate { artifact: Some(Arc::new(artifact)), ..unknown(&json!({})) }
}

#[test]
fn a_package_that_is_not_what_it_must_be_fails_the_second_stage() {
    for reason in
        [Reason::DigestMismatch, Reason::ManifestInvalid, Reason::NameMismatch, Reason::ConfigInvalid]
    {
        let status = of_plugin(&unverified(reason), at(1));
        let rest = waiting(&[DependenciesReady, Programmed]);
        let expected = format!(
            "Ready=False {reason}, Reconciling=True {reason}, SourceResolved=True Resolved, Verified=False {reason}{rest}"
        );
        assert_eq!(read(&status), expected);
    }
}

#[test]
fn the_failing_stage_of_a_new_version_shows_beside_the_last_good_one() {
    let status = of_plugin(&on_last_good(unverified(Reason::NameMismatch)), at(1));
    assert!(
        read(&status).starts_with("Ready=False NameMismatch, Reconciling=True NameMismatch"),
        "{}",
        read(&status)
    );
    assert!(message(&status, Ready).contains("version 1.0.0 goes on serving"), "{}", message(&status, Ready));
    let serving = status.serving.unwrap();
    assert_eq!((serving.version.to_string(), serving.generation), ("1.0.0".into(), 2));
    assert_eq!(status.loaded.as_deref(), Some("2/2"));
}

#[test]
fn a_registry_that_is_down_lowers_nothing_that_serves() {
    let mut fate = live(&json!({}));
    let down = Some(retry(SourceResolved, RegistryUnreachable));
    fate.artifact = Some(Arc::new(Artifact { trouble: down, ..artifact(kept("2.0.0")) }));
    let expected = "Ready=True Serving, SourceResolved=False RegistryUnreachable, Verified=True Verified, \
                    DependenciesReady=True DependenciesReady, Programmed=True Programmed";
    assert_eq!(read(&of_plugin(&fate, at(1))), expected);
}

#[test]
fn nor_does_it_after_a_start_of_the_operator_without_the_package() {
    let status = of_plugin(&live(&json!({})), at(1));
    let mut fate = super::world::having(Fate { current: false, ..live(&json!({})) }, status);
    let down = Some(retry(SourceResolved, RegistryUnreachable));
    fate.artifact = Some(Arc::new(Artifact { trouble: down.clone(), kept: None, ..artifact(kept("2.0.0")) }));
    let status = of_plugin(&fate, at(2));
    assert!(
        read(&status).starts_with("Ready=True Serving, SourceResolved=False RegistryUnreachable"),
        "{}",
        read(&status)
    );
    assert_eq!(status.serving.unwrap().generation, GENERATION);
    assert_eq!(status.resolved.unwrap().version.unwrap().to_string(), "2.0.0");
}

#[test]
fn a_registry_that_is_down_is_the_reason_if_another_version_is_wanted() {
    let down = troubled(retry(SourceResolved, RegistryUnreachable), &json!({}));
    let status = of_plugin(&on_last_good(down), at(1));
    assert!(
        read(&status).starts_with("Ready=False RegistryUnreachable, Reconciling=True RegistryUnreachable")
    );
}

#[test]
fn refused_credentials_show_though_the_version_serves() {
    let mut fate = live(&json!({}));
    let denied = Some(retry(SourceResolved, Reason::RegistryDenied));
    fate.artifact = Some(Arc::new(Artifact { trouble: denied, ..artifact(kept("2.0.0")) }));
    assert!(read(&of_plugin(&fate, at(1))).starts_with("Ready=False RegistryDenied, Reconciling=True"));
}

#[test]
fn a_start_of_the_operator_alone_changes_no_condition() {
    let status = of_plugin(&live(&json!({})), at(1));
    let started = Fate { artifact: None, current: false, ..live(&json!({})) };
    assert_eq!(of_plugin(&super::world::having(started, status.clone()), at(2)), status);
}

#[test]
fn what_is_known_of_another_generation_says_nothing_of_this_one() {
    let mut fate = verified(&json!({}));
    fate.artifact = Some(Arc::new(Artifact { generation: GENERATION - 1, ..artifact(kept("2.0.0")) }));
    let status = of_plugin(&on_last_good(fate), at(1));
    assert!(
        read(&status).starts_with("Ready=Unknown RolloutInProgress, Reconciling=True"),
        "{}",
        read(&status)
    );
    assert!(read(&status).contains("SourceResolved=Unknown"));
}

#[test]
fn a_fault_of_the_spec_beyond_the_package_stalls() {
    let trouble = Trouble::stall(Programmed, Reason::BaseReserved, "because");
    let fate = hindered(Reason::BaseReserved, troubled(trouble, &json!({"base": "/api"})));
    let status = of_plugin(&fate, at(1));
    assert!(
        read(&status).starts_with("Ready=False BaseReserved, Stalled=True BaseReserved"),
        "{}",
        read(&status)
    );
    assert!(read(&status).ends_with("Programmed=False BaseReserved"), "{}", read(&status));
}

#[test]
fn a_package_named_by_its_digest_that_cannot_run_stalls_and_one_with_a_tag_does_not() {
    for reason in [Reason::LoadFailed, Reason::RoutesWithoutBase, Reason::BaseReserved] {
        let pinned = of_plugin(&hindered(reason, verified(&pinned())), at(1));
        assert!(
            read(&pinned).starts_with(&format!("Ready=False {reason}, Stalled=True {reason}")),
            "{pinned:?}"
        );
        let tagged = of_plugin(&hindered(reason, verified(&json!({}))), at(1));
        assert!(
            read(&tagged).starts_with(&format!("Ready=False {reason}, Reconciling=True {reason}")),
            "{tagged:?}"
        );
    }
    let curable = of_plugin(&hindered(Reason::InitFailed, verified(&pinned())), at(1));
    assert!(read(&curable).starts_with("Ready=False InitFailed, Reconciling=True InitFailed"), "{curable:?}");
}

#[test]
fn a_plugin_without_its_runtime_waits_for_it() {
    let artifacts = Artifacts::default();
    artifacts.set("u", artifact(kept("2.0.0")));
    let plugin = Arc::new(super::world::plugin(&json!({"runtimeRef": {"name": "other"}})));
    let status = of_plugin(&Fate::orphan(plugin, artifacts.get("u")), at(1));
    let expected = "Ready=False RuntimeNotFound, Reconciling=True RuntimeNotFound, SourceResolved=True Resolved, \
                    Verified=True Verified, DependenciesReady=Unknown RolloutInProgress, \
                    Programmed=Unknown RolloutInProgress";
    assert_eq!(read(&status), expected);
    assert!(message(&status, Ready).contains("PluginRuntime other"), "{status:?}");
}
