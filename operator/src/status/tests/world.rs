//! Plugins and what became of them, to begin a test with.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use davit_crds::{ConditionType, Plugin, PluginStatus};
use davit_plugin::Digest;
use davit_plugin::contents::Listing;
use davit_plugin::plan::{Barred, Candidate, Plan, PlannedPlugin, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Fate, of_plugin};
use crate::artifact::{Artifact, Kept, Resolved};
use crate::trouble::Trouble;

/// The generation of every resource here.
pub(super) const GENERATION: i64 = 3;

/// The moment of a pass.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A Plugin with a tag, and with `more` in its spec.
pub(super) fn plugin(more: &Value) -> Plugin {
    let mut spec =
        json!({"name": "@acme/hello", "source": {"oci": {"reference": "registry.test/acme/hello:1"}}});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let plugin = json!({
        "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "spec": spec,
        "metadata": {"name": "hello", "namespace": "apps", "uid": "u", "generation": GENERATION},
    });
    serde_json::from_value(plugin).unwrap()
}

/// A source that names a package by its digest.
pub(super) fn pinned() -> Value {
    json!({"source": {"oci": {"reference": format!("registry.test/acme/hello@{}", Digest::of(b""))}}})
}

/// The package of a version.
pub(super) fn kept(version: &str) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("name: \"@acme/hello\"\nversion: {version}\nbase: /hello\n");
    std::fs::write(folder.path().join("manifest.yaml"), &manifest).unwrap();
    std::fs::write(folder.path().join("plugin.ts"), "").unwrap();
    let listing = Arc::new(Listing::read(folder.path(), "hello").unwrap());
    let contents = Arc::new(listing.contents(None).unwrap());
    let not_granted = vec!["route GET /api/other/**".to_owned()];
    Kept { digest: Digest::of(manifest.as_bytes()), listing, contents, not_granted }
}

/// An artifact of this generation: it stands in the operator's keep.
pub(super) fn artifact(kept: Kept) -> Artifact {
    let digest = kept.digest;
    let reference = format!("registry.test/acme/hello@{digest}");
    let resolved = Resolved { digest, reference, time: at(0) };
    Artifact { generation: GENERATION, resolved: Some(resolved), kept: Some(kept), trouble: None }
}

/// A plan's entry for a package.
pub(super) fn planned(kept: &Kept) -> PlannedPlugin {
    let candidate = Candidate { digest: kept.digest, reload: None, contents: kept.contents.clone() };
    let name = candidate.contents.manifest.name.clone();
    let wanted = Wanted { name, versions: vec![candidate], disabled: false, problem: None };
    arrange(&[wanted], &Plan::empty(), &Barred::new()).plan.plugins.remove(0)
}

/// A fate of which nothing is known yet, on two replicas.
pub(super) fn unknown(more: &Value) -> Fate {
    Fate {
        plugin: Arc::new(plugin(more)),
        artifact: None,
        problem: None,
        unlinked: BTreeSet::new(),
        serving: None,
        current: false,
        group: Vec::new(),
        replicas: 2,
        loaded: 0,
        lagging: None,
        lagging_for: None,
        patience: Duration::from_mins(1),
    }
}

/// Its package is verified, and nothing of it serves.
pub(super) fn verified(more: &Value) -> Fate {
    Fate { artifact: Some(Arc::new(artifact(kept("2.0.0")))), ..unknown(more) }
}

/// What is wanted serves on both replicas.
pub(super) fn live(more: &Value) -> Fate {
    let fate = verified(more);
    let planned = planned(&kept("2.0.0"));
    Fate {
        group: vec![planned.name.clone()],
        serving: Some(Arc::new(planned)),
        current: true,
        loaded: 2,
        ..fate
    }
}

/// The version before the wanted one serves on both replicas, and the status
/// says with which generation it came.
pub(super) fn on_last_good(fate: Fate) -> Fate {
    let old = planned(&kept("1.0.0"));
    let group = vec![old.name.clone()];
    let before = Artifact { generation: 2, ..artifact(kept("1.0.0")) };
    let mut plugin = plugin(&json!({}));
    plugin.metadata.generation = Some(2);
    let served = Fate {
        plugin: Arc::new(plugin),
        artifact: Some(Arc::new(before)),
        serving: Some(Arc::new(old.clone())),
        current: true,
        ..live(&json!({}))
    };
    let status = of_plugin(&served, at(0));
    let fate = Fate { serving: Some(Arc::new(old)), current: false, loaded: 2, group, ..fate };
    having(fate, status)
}

/// Nothing is known of the package but what is wrong.
pub(super) fn troubled(trouble: Trouble, more: &Value) -> Fate {
    let artifact = Artifact { generation: GENERATION, resolved: None, kept: None, trouble: Some(trouble) };
    Fate { artifact: Some(Arc::new(artifact)), ..unknown(more) }
}

/// The rollout says that it does not run as it is wanted.
pub(super) fn hindered(reason: Reason, fate: Fate) -> Fate {
    Fate { problem: Some(Problem::new(reason, "because")), current: false, ..fate }
}

/// The same with a status from before.
pub(super) fn having(fate: Fate, status: PluginStatus) -> Fate {
    let plugin = Plugin { status: Some(status), ..(*fate.plugin).clone() };
    Fate { plugin: Arc::new(plugin), ..fate }
}

/// `Ready=True Serving, SourceResolved=…`: the conditions as a person reads them.
pub(super) fn read(status: &PluginStatus) -> String {
    let one = |it: &davit_crds::Condition| format!("{}={} {}", it.type_, it.status, it.reason);
    status.conditions.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What a condition says.
pub(super) fn message(status: &PluginStatus, kind: ConditionType) -> &str {
    kind.find(&status.conditions).map_or("", |condition| &condition.message)
}
