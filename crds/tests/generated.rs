//! What is generated is committed as it is generated.

use std::fs;
use std::path::Path;

use davit_crds::generate::{File, manifests, reference};

fn assert_committed(folder: &str, files: &[File]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    for File { name, text } in files {
        let path = folder.join(name);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == *text, "{} is not what crdgen writes: run `make generate`", path.display());
    }
}

#[test]
fn the_committed_crds_are_those_of_the_types() {
    assert_committed("config/crd", &manifests());
}

#[test]
fn the_committed_reference_is_that_of_the_types() {
    assert_committed("docs/reference", &reference());
}

#[test]
fn no_other_crds_are_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/crd");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.contains("davit.dev")).collect();
    names.sort();
    let mut expected: Vec<_> = manifests().into_iter().map(|file| file.name).collect();
    expected.sort();
    assert_eq!(names, expected);
}
