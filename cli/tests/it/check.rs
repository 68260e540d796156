//! `davit check`.

use std::path::Path;

use davit::check::{Verdict, check};

use crate::support::{build_args, davit, folder, text, write};

const PLUGIN: &str = "export default { routes: { fetch: () => new Response() } };";

/// What is wrong with the plugins in `root`, its path taken off.
async fn faults(root: &Path) -> Vec<String> {
    let verdicts = check(&[root.to_owned()], &build_args()).await.unwrap();
    let faults = verdicts.into_iter().filter_map(|verdict| verdict.outcome.err()).flatten();
    faults.map(|fault| fault.replace(&format!("{}/", root.display()), "")).collect()
}

fn plugins(manifests: &[(&str, &str)]) -> tempfile::TempDir {
    let root = folder(&[]);
    for (name, manifest) in manifests {
        write(root.path(), &format!("{name}/manifest.yaml"), manifest);
        write(root.path(), &format!("{name}/plugin.js"), PLUGIN);
    }
    root
}

#[tokio::test]
async fn says_what_a_good_plugin_is() {
    let root = folder(&[
        ("manifest.yaml", "name: '@acme/hello'\nversion: 1.2.0\nbase: /hello\n"),
        ("plugin.js", PLUGIN),
    ]);
    let verdicts = check(&[root.path().to_owned()], &build_args()).await.unwrap();
    let [Verdict { outcome: Ok(passed), warnings, .. }] = &verdicts[..] else { panic!("{verdicts:?}") };
    assert!(warnings.is_empty());
    let shown = passed.to_string();
    assert!(
        shown.starts_with("@acme/hello 1.2.0 (/hello, 2 files, ") && shown.ends_with(" bytes packed)"),
        "{shown}"
    );
}

#[tokio::test]
async fn each_fault_of_a_manifest_has_a_line_of_its_own() {
    let root = plugins(&[("a", "name: a\nbase: hello\nenabled: maybe\n"), ("b", "name: [\n")]);
    let faults = faults(root.path()).await;
    let starts = [
        "a/manifest.yaml:2:7: `hello` is not a base",
        "a/manifest.yaml:3:10: enabled is ",
        "b/manifest.yaml:",
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}");
    }
}

#[tokio::test]
async fn an_entry_that_no_build_makes_is_missing() {
    let root = plugins(&[("a", "name: a\npluginEntry: dist/plugin.js\n")]);
    let faults = faults(root.path()).await;
    assert!(
        faults[0].starts_with("a/manifest.yaml: pluginEntry names dist/plugin.js, which is not in"),
        "{faults:?}"
    );
}

#[tokio::test]
async fn an_entry_that_is_left_out_of_packages_is_missing() {
    let root = plugins(&[("a", "name: a\npluginEntry: .out/plugin.js\n")]);
    write(root.path(), "a/.out/plugin.js", PLUGIN);
    let faults = faults(root.path()).await;
    assert!(
        faults[0].contains("pluginEntry names .out/plugin.js, which is not in the package"),
        "{faults:?}"
    );
}

#[tokio::test]
async fn an_entry_is_built_first_unless_told_otherwise() {
    let root = plugins(&[("a", "name: a\npluginEntry: dist/plugin.js\n")]);
    write(root.path(), "a/package.json", r#"{"scripts": {"build": "mkdir -p dist && cp plugin.js dist"}}"#);
    let unbuilt = davit::build::BuildArgs { no_build: true, ..build_args() };
    assert!(check(&[root.path().to_owned()], &unbuilt).await.unwrap()[0].outcome.is_err());
    assert_eq!(faults(root.path()).await, [""; 0]);
}

#[tokio::test]
async fn a_build_that_fails_says_where() {
    let root = plugins(&[("a", "name: a\npluginEntry: dist/plugin.js\n")]);
    write(root.path(), "a/package.json", r#"{"scripts": {"build": "bun build plugin.ts --outdir dist"}}"#);
    write(root.path(), "a/plugin.ts", "export default (;");
    assert_eq!(faults(root.path()).await, ["a/plugin.ts:1:17: Unexpected ;"]);
}

#[tokio::test]
async fn what_cannot_be_packed_is_told() {
    let root = plugins(&[("a", "name: a\n")]);
    std::os::unix::fs::symlink("/etc/hostname", root.path().join("a/link")).unwrap();
    let faults = faults(root.path()).await;
    assert!(faults[0].contains("a: the link `link` leads out of the package"), "{faults:?}");
}

#[tokio::test]
async fn dependencies_hold_among_all_that_are_named() {
    let root = plugins(&[
        ("a", "name: a\ndependencies: [b]\n"),
        ("b", "name: b\nversion: 1.0.0\ndependencies: [{c: ^2}]\n"),
        ("c", "name: c\nversion: 1.5.0\n"),
        ("d", "name: d\ndependencies: [gone]\n"),
        ("e", "name: e\ndependencies: [f]\n"),
        ("f", "name: f\ndependencies: [e]\n"),
        ("g", "name: g\noptionalDependencies: [gone]\n"),
    ]);
    let faults = faults(root.path()).await;
    let parts = [
        ("a/", "requires b, which does not run"),
        ("b/", "requires c in ^2, but 1.5.0 runs"),
        ("d/", "requires gone, which is not there: add that plugin, or name its folder too"),
        ("e/", "cycle: e -> f -> e"),
        ("f/", "cycle: f -> e -> f"),
    ];
    assert_eq!(faults.len(), parts.len(), "{faults:?}");
    for (fault, (file, part)) in faults.iter().zip(parts) {
        assert!(fault.starts_with(&format!("{file}manifest.yaml: ")) && fault.contains(part), "{fault}");
    }
}

#[tokio::test]
async fn who_requires_a_broken_plugin_learns_that_it_is_there() {
    let root = plugins(&[("a", "name: a\ndependencies: [b]\n"), ("b", "name: b\npluginEntry: gone.js\n")]);
    let faults = faults(root.path()).await;
    // The second plugin is wrong in itself, the first only waits for it.
    assert!(faults[1].contains("gone.js") && faults.len() == 2, "{faults:?}");
    assert!(faults[0].contains("requires b, which does not run"), "{faults:?}");
}

#[tokio::test]
async fn a_name_and_a_base_belong_to_one_plugin() {
    let root = plugins(&[
        ("a", "name: a\nbase: /x\n"),
        ("b", "name: b\nbase: /x\n"),
        ("c", "name: a\n"),
        ("off", "name: disabled\nbase: /x\nenabled: false\n"),
    ]);
    let faults = faults(root.path()).await;
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("b/manifest.yaml: the base /x is taken by a:"), "{faults:?}");
    assert!(faults[1].starts_with("c/manifest.yaml: the name a is taken by "), "{faults:?}");
}

#[test]
fn results_go_to_stdout_and_faults_to_stderr() {
    let root = plugins(&[
        ("a", "name: a\n"),
        ("b", "name: b\nversion: one\n"),
        ("c", "name: c\nbase: /c\npublicRoute: [/x]\n"),
    ]);
    let output = davit(root.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let out = text(&output.stdout);
    assert!(out.starts_with("ok a 0.0.0 (no base, 2 files, ") && out.lines().count() == 2, "{out}");
    let err: Vec<&str> = text(&output.stderr).lines().collect();
    assert!(err[0].starts_with("b/manifest.yaml:2:10: `one` is not a version"), "{err:?}");
    assert!(
        err[1].starts_with("warning: c/manifest.yaml:3:1: `publicRoute` becomes configuration"),
        "{err:?}"
    );
    assert_eq!(err[2..], ["1 of 3 plugins failed"]);
}

#[test]
fn exit_codes_tell_done_failed_and_wrong_usage() {
    let root = plugins(&[("a", "name: a\n")]);
    let code = |typed: &[&str]| davit(root.path(), typed).status.code();
    assert_eq!(code(&["check", "a"]), Some(0));
    assert_eq!(code(&["check", "gone"]), Some(1));
    assert_eq!(code(&["check", "--frobnicate"]), Some(2));
}

#[test]
fn verbose_shows_what_the_build_printed() {
    let root = plugins(&[("a", "name: a\n")]);
    write(root.path(), "a/package.json", r#"{"scripts": {"build": "echo so far so good"}}"#);
    let output = davit(root.path(), &["check", "a", "--verbose"]);
    assert!(text(&output.stderr).contains("\nso far so good\n"), "{output:?}");
    assert!(davit(root.path(), &["check", "a"]).stderr.is_empty());
}
