//! Holds the table of rows in `mod.rs` against the source of the suite.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("mod.rs");

/// The tests that the table names, as `module::…::name`.
fn named() -> Vec<&'static str> {
    let rows = TABLE.lines().filter_map(|line| line.strip_prefix("//! |")?.split('`').rev().nth(1));
    rows.filter(|cell| cell.contains("::")).collect()
}

/// The file of a module of the suite.
fn file_of(module: &str) -> PathBuf {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let path = suite.join(module.replace("::", "/"));
    let own = path.with_extension("rs");
    if own.exists() { own } else { path.join("mod.rs") }
}

/// The names of the tests in a file: functions under a `test` attribute.
fn tests_in(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines();
    let mut found = BTreeSet::new();
    while let Some(line) = lines.next() {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            let name = lines.next().and_then(|line| line.split("fn ").nth(1)?.split('(').next());
            found.insert(
                name.unwrap_or_else(|| panic!("{}: a test without a name", file.display())).to_owned(),
            );
        }
    }
    found
}

#[test]
fn every_row_of_the_contract_names_tests_that_are_there() {
    let named = named();
    assert!(named.len() > 80, "the table has only {} tests", named.len());
    for path in named {
        let (module, name) = path.rsplit_once("::").unwrap();
        let file = file_of(module);
        assert!(tests_in(&file).contains(name), "{} has no test {name}", file.display());
    }
}

#[test]
fn every_test_of_a_row_stands_in_the_table() {
    let named: BTreeSet<_> = named().into_iter().collect();
    for entry in fs::read_dir(file_of("contract::rows").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // Hooks and sockets have more tests than the contract has rows.
        if ["mod", "rows", "hooks", "sockets"].contains(&&*stem) {
            continue;
        }
        for name in tests_in(&path) {
            let test = format!("contract::{stem}::{name}");
            assert!(named.contains(&*test), "{test} is in no row");
        }
    }
}
