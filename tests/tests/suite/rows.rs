//! A table of a contract's rows in a module's comment, held against the source of the
//! suite.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A table: the lines `//! | row | test |` of a `mod.rs`.
pub(crate) struct Rows {
    /// The module that has it.
    pub(crate) module: &'static str,
    /// The text of that module's file.
    pub(crate) text: &'static str,
}

impl Rows {
    /// Asserts that there are more than `least` tests in it, and each is in the suite.
    pub(crate) fn name_tests_that_are_there(&self, least: usize) {
        let named = self.named();
        assert!(named.len() > least, "the table has only {} tests", named.len());
        for path in named {
            let (module, name) = path.rsplit_once("::").unwrap();
            let file = file_of(module);
            assert!(tests_in(&file).contains(name), "{} has no test {name}", file.display());
        }
    }

    /// Asserts that each test of the module is in the table, but for those of its
    /// files `except`.
    pub(crate) fn have_every_test_but_those_in(&self, except: &[&str]) {
        let named: BTreeSet<_> = self.named().into_iter().collect();
        for (module, file) in files_below(self.module) {
            let stem = module.rsplit("::").next().unwrap();
            if except.contains(&stem) {
                continue;
            }
            for name in tests_in(&file) {
                let test = format!("{module}::{name}");
                assert!(named.contains(&*test), "{test} is in no row");
            }
        }
    }

    /// The tests that it names, as `module::…::name`.
    fn named(&self) -> Vec<&'static str> {
        let rows = self.text.lines().filter_map(|line| line.strip_prefix("//! |")?.split('`').rev().nth(1));
        rows.filter(|cell| cell.contains("::")).collect()
    }
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite")
}

/// The file of a module of the suite.
fn file_of(module: &str) -> PathBuf {
    let path = suite().join(module.replace("::", "/"));
    let own = path.with_extension("rs");
    if own.exists() { own } else { path.join("mod.rs") }
}

/// The modules in a module's folder, with their files.
fn files_below(module: &str) -> Vec<(String, PathBuf)> {
    let mut found = vec![(module.to_owned(), file_of(module))];
    for entry in fs::read_dir(suite().join(module.replace("::", "/"))).unwrap() {
        let path = entry.unwrap().path();
        let inner = format!("{module}::{}", path.file_stem().unwrap().to_str().unwrap());
        if path.is_dir() {
            found.extend(files_below(&inner));
        } else if !path.ends_with("mod.rs") {
            found.push((inner, path));
        }
    }
    found
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
