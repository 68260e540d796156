//! Both tools say of each state what docs/gitops.md says that they do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use davit_tests::cluster::World;
use davit_tests::programs::repository;
use serde_json::Value;

use super::{states, tools};

/// A state, what Argo CD and Flux say of it, and what their messages have in them.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// The table of docs/gitops.md, in terms of the states that the test makes.
const TABLE: [Row; 18] = [
    ("serving", "Healthy", "Current", "Serving"),
    ("disabled", "Healthy", "Current", "Disabled"),
    ("suspended", "Suspended", "Current", "Suspended"),
    ("held", "Suspended", "InProgress", "Suspended"),
    ("paused", "Suspended", "InProgress", "Suspended"),
    ("stalled", "Degraded", "Failed", "BaseReserved"),
    ("retried", "Progressing", "InProgress", "ConfigMapNotFound"),
    ("last-good", "Progressing", "InProgress", "goes on serving"),
    ("orphan", "Progressing", "InProgress", "RuntimeNotFound"),
    ("waits", "Progressing", "InProgress", "DependencyMissing"),
    ("default", "Healthy", "Current", "Serving"),
    ("empty", "Progressing", "InProgress", "RolloutInProgress"),
    ("foreign", "Degraded", "Failed", "NameTaken"),
    ("starting", "Progressing", "InProgress", "RolloutInProgress"),
    ("fresh", "Progressing", "InProgress", "not seen"),
    ("changed", "Progressing", "InProgress", "not seen"),
    ("ending", "Progressing", "Terminating", "deleted"),
    ("nobody", "Progressing", "InProgress", "not seen"),
];

#[tokio::test(flavor = "multi_thread")]
async fn argo_cd_and_flux_say_of_each_state_what_is_documented() {
    let mut world = World::new().await;
    let states = states::all(&mut world).await;
    let mut wrong = String::new();
    assert_eq!(states.iter().map(|(state, _)| *state).collect::<Vec<_>>(), TABLE.map(|row| row.0));
    for ((state, object), (_, healthy, current, says)) in states.iter().zip(TABLE) {
        let (argo, flux) = (tools::argo(object), tools::flux(object));
        let as_said = (argo.status.as_str(), flux.status.as_str()) == (healthy, current);
        if !as_said || !argo.message.contains(says) {
            let _memory =
                writeln!(wrong, "{state}: {argo:?}, {flux:?}, and not {healthy}, {current}: {object:#}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_document_has_the_same_statuses() {
    let document = fs::read_to_string(repository().join("docs/gitops.md")).expect("it is committed");
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    // A row has a state, its conditions, and what the two tools say; the first names the columns.
    let rows = document.lines().filter(|line| line.starts_with("| ")).skip(1).map(cells);
    let documented: BTreeSet<_> = rows.map(|row| (row[3].clone(), row[4].clone())).collect();
    let tried: BTreeSet<_> = TABLE.map(|row| (row.1.to_owned(), row.2.to_owned())).into();
    assert_eq!(documented, tried, "docs/gitops.md, then the states that the test makes");
}

#[test]
fn the_patch_of_argo_cds_config_map_has_the_script_for_both_kinds() {
    let text =
        fs::read_to_string(repository().join("config/argocd/argocd-cm.yaml")).expect("it is committed");
    let patch: Value = davit_tests::cluster::yaml::documents(&text).remove(0);
    let data = patch["data"].as_object().expect("data");
    assert_eq!(data.len(), 2);
    let script = fs::read_to_string(tools::script()).expect("it is committed");
    for kind in ["Plugin", "PluginRuntime"] {
        assert_eq!(data[&format!("resource.customizations.health.davit.dev_{kind}")], script.as_str());
    }
}
