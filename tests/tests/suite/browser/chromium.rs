//! Chromium, on this machine.

use std::path::{Path, PathBuf};

use davit_tests::process::Program;
use davit_tests::programs::{bun, repository};

use super::desk;

/// Where Chromium is looked for when `DAVIT_TEST_CHROMIUM` names none.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

#[tokio::test]
async fn a_person_logs_in_sees_a_closed_page_and_logs_out() {
    let (server, _plugins) = desk().await;
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut program = Program::new(&bun());
    let path = std::env::var_os("PATH").unwrap_or_default();
    program.command().env_clear().env("PATH", path).env("HOME", home.path()).env("TMPDIR", home.path());
    program
        .command()
        .arg(repository().join("tests/npm/browser/login.ts"))
        .arg(server.url(""))
        .arg(chromium());
    let mut steps = program.start();
    let status = steps.ended().await;
    assert_eq!(
        (status.code(), steps.logs().lines().last().map(String::as_str)),
        (Some(0), Some("all steps"))
    );
}

pub(super) fn chromium() -> PathBuf {
    if let Some(named) = std::env::var_os("DAVIT_TEST_CHROMIUM") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let found = found.into_iter().find(|program| Path::is_file(program));
    found.expect("no Chromium here: install it, or name it in DAVIT_TEST_CHROMIUM")
}
