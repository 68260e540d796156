//! What helm makes of the chart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use davit_tests::cluster::{program, yaml};
use davit_tests::programs::repository;
use serde_json::Value;

/// The namespace of the release.
pub(super) const NAMESPACE: &str = "davit-system";
/// What helm takes the cluster for; its own default is that of whoever built it.
const KUBERNETES: [&str; 2] = ["--kube-version", "1.34.4"];

/// The chart's folder.
pub(super) fn chart() -> PathBuf {
    repository().join("charts/davit")
}

/// The five sets of values, `default-values.yaml` among them.
pub(super) fn value_sets() -> Vec<PathBuf> {
    let entries = fs::read_dir(chart().join("ci")).expect("the chart has value sets");
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    let mut sets: Vec<_> = paths.filter(|path| named(path).ends_with("-values.yaml")).collect();
    sets.sort();
    assert_eq!(sets.len(), 5, "{sets:?}");
    sets
}

/// The name of a value set's file.
pub(super) fn named(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8")
}

/// Runs helm for a release `davit`: what it prints, or what it complains of.
pub(super) fn helm(command: &[&str], values: &[&str]) -> Result<String, String> {
    let mut helm = Command::new(program("helm"));
    helm.args(command).arg(chart()).args(["--namespace", NAMESPACE]).args(KUBERNETES).args(values);
    let output = helm.output().expect("helm can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("helm prints UTF-8");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// The rendering with these flags, e.g. `--set replicas=3`.
pub(crate) fn rendered(values: &[&str]) -> Result<String, String> {
    helm(&["template", "davit"], values)
}

/// The rendering with a value set.
pub(super) fn rendered_with(set: &Path) -> String {
    rendered(&["--values", set.to_str().expect("UTF-8")])
        .unwrap_or_else(|error| panic!("{}: {error}", named(set)))
}

/// The objects of the rendering with these flags.
pub(super) fn objects(values: &[&str]) -> Vec<Value> {
    yaml::documents(&rendered(values).unwrap_or_else(|error| panic!("{values:?}: {error}")))
}
