//! The OpenAPI document is what the admin API does: Schemathesis makes requests of it,
//! good and bad, and holds every answer against it.

use std::process::{Command, Stdio};
use std::time::Duration;

use davit_tests::process::Program;
use davit_tests::programs::repository;
use davit_tests::report;
use davit_tests::server::KEY;
use tokio::time::timeout;

use super::credential::Credential;
use super::site::{API, Site, page};

/// How long it may take.
const LIMIT: Duration = Duration::from_mins(3);

/// Its arguments but the document: what is made, and what is checked. With a seed it
/// makes the same requests each time.
const ARGUMENTS: [&str; 15] = [
    "run",
    "--seed=20261121",
    "--max-examples=200",
    "--phases=examples,coverage,fuzzing,stateful",
    "--generation-database=none",
    "--generation-with-security-parameters=false",
    "--checks=all",
    // A schema cannot say what a package is; and more than ten wrong keys are answered
    // with 429, as they should be.
    "--exclude-checks=positive_data_acceptance,ignored_auth",
    // A stream that does not end by itself.
    "--exclude-path-regex=/logs$",
    // The parser of Python 3.11 takes no two threads.
    "--workers=1",
    "--continue-on-failure",
    "--no-shrink",
    "--suppress-health-check=all",
    "--warnings=off",
    "--no-color",
];

/// A key that is far too long makes a login larger than any may be: 413 is right, too.
const CONFIGURATION: &str = "[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, '5xx']
";

/// The program, as tests/tools/schemathesis.sh installs it.
fn program() -> String {
    let script = repository().join("tests/tools/schemathesis.sh");
    let output = Command::new(&script).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
    assert!(output.status.success(), "{} failed", script.display());
    let printed = String::from_utf8(output.stdout).expect("paths are UTF-8");
    printed.lines().last().expect("the script prints the program").to_owned()
}

#[tokio::test]
async fn schemathesis_finds_no_500_and_no_answer_that_the_document_does_not_have() {
    let site = Site::of(|built_in, own| {
        drop(page(built_in, "ships", "1.0.0"));
        drop(page(own, "one", "1.0.0"));
    })
    .await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("schemathesis.toml"), CONFIGURATION).expect("it can be written");
    let mut program = Program::new(program().as_ref());
    program
        .command()
        .args(ARGUMENTS)
        .args(["--header", &format!("X-API-Key: {KEY}")])
        .args(["--header", &format!("Origin: {}", site.server.url(""))])
        .arg(site.server.url(&format!("{API}/openapi.json")))
        .current_dir(folder.path());
    let mut running = program.quiet().start();
    let ended = timeout(LIMIT, running.ended_by_itself()).await;
    let status = ended.unwrap_or_else(|_| panic!("it was not done in {LIMIT:?}:\n{}", running.logs().text()));
    running.ended().await;
    let said = running.logs().text();
    assert!(status.success(), "{said}");
    let tested = said.split_once("Tested: ").and_then(|(_, rest)| rest.lines().next()?.parse().ok());
    assert!(tested.is_some_and(|count: usize| count >= 19), "not every call was tested:\n{said}");
    let summary = said.split_once("API Operations:").map_or(&*said, |(_, summary)| summary);
    report(format!("schemathesis: {}", summary.trim()));
    site.ask("GET", "/health", &Credential::Nothing).await.succeeds(200);
}
