//! The plugins in `examples/`.

use std::fs;

use davit::check::check;

use crate::support::{build_args, repository};

#[tokio::test]
async fn pass_the_check_together() {
    let verdicts = check(&[repository().join("examples")], &build_args()).await.unwrap();
    let passed: Vec<String> =
        verdicts.into_iter().map(|verdict| verdict.outcome.unwrap().name.to_string()).collect();
    assert_eq!(passed, ["@examples/dashboard", "@examples/hello"]);
}

#[test]
fn have_the_contract_of_today() {
    let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap();
    let same = read("examples/hello/davit.d.ts") == read("engine/bun/bridge/src/contract.ts");
    assert!(same, "copy engine/bun/bridge/src/contract.ts to examples/hello/davit.d.ts");
}

#[test]
fn pages_name_the_base_that_they_are_served_under() {
    let folder = repository().join("examples/dashboard");
    let page = fs::read_to_string(folder.join("public/index.html")).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.yaml")).unwrap();
    assert!(manifest.contains("\nbase: /dashboard\n") && page.contains("<base href=\"/dashboard/\">"));
}
