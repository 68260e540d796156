//! The plugins in `examples/`.

use std::fs;

use davit::check::check;
use davit::types;

use crate::support::{build_args, repository};

#[tokio::test]
async fn pass_the_check_together() {
    let verdicts = check(&[repository().join("examples")], &build_args()).await.unwrap();
    let passed: Vec<String> =
        verdicts.into_iter().map(|verdict| verdict.outcome.unwrap().name.to_string()).collect();
    assert_eq!(passed, ["@examples/dashboard", "@examples/hello"]);
}

#[test]
fn have_the_types_and_the_schema_of_today() {
    let folder = repository().join("examples/hello");
    for (path, text) in types::files() {
        let same = fs::read_to_string(folder.join(&path)).is_ok_and(|committed| committed == text);
        assert!(same, "examples/hello/{path}: run `make generate`");
    }
}

#[test]
fn pages_name_the_base_that_they_are_served_under() {
    let folder = repository().join("examples/dashboard");
    let page = fs::read_to_string(folder.join("public/index.html")).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.yaml")).unwrap();
    assert!(manifest.contains("\nbase: /dashboard\n") && page.contains("<base href=\"/dashboard/\">"));
}
