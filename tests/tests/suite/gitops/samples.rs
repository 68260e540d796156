//! The samples for Argo CD and Flux name what there is.

use std::fs;

use davit_tests::cluster::yaml;
use davit_tests::programs::repository;
use serde_json::Value;

fn documents(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(repository().join("config").join(path));
    yaml::documents(&text.unwrap_or_else(|error| panic!("{path}: {error}")))
}

#[test]
fn the_samples_install_this_chart_without_its_hook() {
    let application = documents("argocd/application.yaml").remove(0);
    let source = &application["spec"]["source"];
    assert!(repository().join(source["path"].as_str().expect("a path")).join("Chart.yaml").exists());
    let release = documents("flux/release.yaml").remove(1);
    assert_eq!(release["spec"]["upgrade"]["crds"], "CreateReplace");
    for values in [&source["helm"]["valuesObject"], &release["spec"]["values"]] {
        assert_eq!(values["crds"]["upgrade"], false, "the tool itself brings the CRDs up to date");
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), values.to_string()).expect("it is writable");
        let path = file.path().to_str().expect("UTF-8");
        crate::chart::rendered(&["--values", path]).expect("the chart takes these values");
    }
}
