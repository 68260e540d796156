//! `config/default` and the chart install the same.

use std::collections::BTreeMap;
use std::process::Command;

use davit_tests::cluster::{program, yaml};
use davit_tests::programs::repository;
use serde_json::Value;

use super::rendered::rendered;

/// Helm's own marks.
const OF_HELM: [&str; 2] = ["app.kubernetes.io/managed-by", "helm.sh/chart"];
/// What only a release has: it is made and gone again with an upgrade or a test.
const HOOK: &str = "helm.sh/hook";

/// Objects by kind, namespace and name.
type Objects = BTreeMap<[String; 3], Value>;

/// What a folder below `config` builds.
fn built(folder: &str) -> Vec<Value> {
    let path = repository().join("config").join(folder);
    let output = Command::new(program("kubectl")).arg("kustomize").arg(&path).output();
    let output = output.expect("kubectl can be run");
    assert!(output.status.success(), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
    yaml::documents(&String::from_utf8(output.stdout).expect("kubectl prints UTF-8"))
}

fn by_name(objects: Vec<Value>) -> Objects {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let key = |object: &Value| {
        let metadata = &object["metadata"];
        [text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"])]
    };
    objects.into_iter().map(|object| (key(&object), object)).collect()
}

fn without_marks(mut object: Value) -> Value {
    if let Some(labels) = object.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.retain(|label, _| !OF_HELM.contains(&label.as_str()));
    }
    object
}

#[test]
fn the_default_kustomization_is_the_charts_default_rendering() {
    let chart = yaml::documents(&rendered(&["--include-crds"]).expect("it renders"));
    let chart = chart.into_iter().filter(|object| object["metadata"]["annotations"][HOOK].is_null());
    let chart = by_name(chart.map(without_marks).collect());
    // Helm makes the namespace by a flag.
    let mut kustomized = by_name(built("default"));
    assert!(kustomized.remove(&["Namespace", "", "davit-system"].map(str::to_owned)).is_some());
    let names = |objects: &Objects| objects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kustomized), names(&chart));
    for (name, object) in &chart {
        assert_eq!(
            first_difference(&kustomized[name], object),
            None,
            "{name:?}: config/default, then the chart"
        );
    }
}

/// The first line of two objects that differs, in both.
fn first_difference(one: &Value, other: &Value) -> Option<(String, String)> {
    let [one, other] = [one, other].map(|object| serde_json::to_string_pretty(object).expect("JSON"));
    let mut lines = one.lines().zip(other.lines());
    let differs = lines.find(|(one, other)| one != other);
    differs.map(|(one, other)| (one.trim().to_owned(), other.trim().to_owned()))
}

#[test]
fn each_kustomization_builds() {
    for folder in ["crd", "rbac", "manager", "default", "samples", "standalone", "flux"] {
        assert!(!built(folder).is_empty(), "{folder}");
    }
}
