//! What is made from something else is committed as it is made.

use std::fs;
use std::process::Command;

use davit_tests::programs::{bun, repository};

use super::rendered::chart;

#[test]
fn the_values_comments_are_in_the_readme_and_the_schema() {
    let script = repository().join("charts/generate.ts");
    let output = Command::new(bun()).arg(script).arg("--check").output().expect("bun can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_charts_crds_are_those_of_config() {
    let files = |folder: &std::path::Path| {
        let entries =
            fs::read_dir(folder).expect("the folder is committed").map(|entry| entry.unwrap().path());
        let crds = entries.filter(|path| path.to_string_lossy().ends_with("davit.dev.yaml"));
        let mut files: Vec<_> = crds
            .map(|path| (path.file_name().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let ours = files(&chart().join("crds"));
    assert_eq!(ours.len(), 2);
    assert!(
        ours == files(&repository().join("config/crd")),
        "charts/davit/crds differs: run `make generate`"
    );
}

/// The images, the CRDs and the chart of one version belong together.
#[test]
fn the_charts_version_is_the_programs() {
    let text = fs::read_to_string(chart().join("Chart.yaml")).expect("it is committed");
    for key in ["version", "appVersion"] {
        let line = format!("\n{key}: {}\n", env!("CARGO_PKG_VERSION"));
        assert!(text.contains(&line), "Chart.yaml must say{line}");
    }
}
