//! `davit new`, and that what it writes works.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum as _;
use davit::check::check;
use davit::new::{Args, NewError, Template, create};
use serde_json::Value;

use crate::support::{build_args, bun, davit, repository, text};

/// A new plugin in a new folder, with the repository's installed packages.
fn made(name: &str, template: Template) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("plugin");
    create(&Args { name: name.parse().unwrap(), template, dir: Some(dir.clone()) }).unwrap();
    symlink(repository().join("node_modules"), dir.join("node_modules")).unwrap();
    (root, dir)
}

/// Runs a script of the folder's package.json and returns all that it printed.
fn script(folder: &Path, name: &str) -> String {
    let output = Command::new(bun()).args(["--bun", "run", name]).current_dir(folder).output().unwrap();
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{printed}");
    printed
}

#[tokio::test]
async fn what_it_writes_passes_the_check() {
    for (template, name, shown) in [
        (Template::Hono, "@acme/my-plugin", "@acme/my-plugin 0.1.0 (/my-plugin, "),
        (Template::Hono, "API", "API 0.1.0 (/API-plugin, "),
        (Template::Serverless, "@acme/items", "@acme/items 0.1.0 (/items, "),
        (Template::Auth, "login", "login 0.1.0 (/login, "),
        (Template::Ui, "health", "health 0.1.0 (/health-plugin, "),
    ] {
        let (_root, dir) = made(name, template);
        let verdicts = check(&[dir], &build_args()).await.unwrap();
        let passed = verdicts[0].outcome.as_ref().unwrap().to_string();
        assert!(passed.starts_with(shown), "{passed}");
        assert_eq!(verdicts[0].warnings, [""; 0]);
    }
}

#[test]
fn new_code_passes_its_own_tests_and_type_check() {
    for (template, test) in [
        (Template::Hono, "serves a greeting"),
        (Template::Serverless, "serves an item by its id"),
        (Template::Auth, "vouches for those who logged in"),
    ] {
        let (_root, dir) = made("@acme/my-plugin", template);
        let tested = script(&dir, "test");
        let passed = tested.contains(&format!("@acme/my-plugin > {test}")) && tested.contains(" 0 fail");
        assert!(passed, "{tested}");
        script(&dir, "check");
    }
}

#[test]
fn what_editors_read_is_no_part_of_a_package() {
    let (_root, dir) = made("hello", Template::Serverless);
    let names = |printed: std::process::Output| {
        assert!(printed.status.success(), "{printed:?}");
        text(&printed.stdout).to_owned()
    };
    let before = names(davit(&dir, &["pack", "--output", "../hello.tgz"]));
    fs::remove_dir_all(dir.join(".davit")).unwrap();
    assert_eq!(names(davit(&dir, &["pack", "--output", "../hello.tgz"])), before);
    let written = names(davit(&dir, &["types"]));
    assert_eq!(written, "wrote .davit/davit.d.ts\nwrote .davit/manifest.schema.json\n");
    assert!(dir.join(".davit/davit.d.ts").is_file());
}

#[test]
fn types_need_a_folder() {
    let root = tempfile::tempdir().unwrap();
    let output = davit(root.path(), &["types", "gone"]);
    let refused = "error: gone is no folder: name the plugin's\n";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), refused));
}

#[test]
fn a_plugin_of_buntimes_guide_type_checks_without_its_package() {
    let (_root, dir) = made("hello", Template::Hono);
    let code = "import type { PluginImpl } from \"@buntime/shared/types\";\n\
                export default (): PluginImpl => ({ provides: () => 1, onInit: (ctx) => ctx.logger.info(\"x\") });\n";
    fs::write(dir.join("plugin.ts"), code).unwrap();
    fs::remove_file(dir.join("plugin.test.ts")).unwrap();
    script(&dir, "check");
    fs::write(dir.join("plugin.ts"), code.replace("PluginImpl }", "PluginImp }")).unwrap();
    let output = Command::new(bun()).args(["--bun", "run", "check"]).current_dir(&dir).output().unwrap();
    assert!(text(&output.stdout).contains("PluginImp"), "{output:?}");
}

#[test]
fn a_mistake_in_a_new_plugins_types_is_found() {
    let (_root, dir) = made("hello", Template::Hono);
    let file = dir.join("plugin.ts");
    let wrong = fs::read_to_string(&file).unwrap().replace("logger.info(", "logger.shout(");
    fs::write(file, wrong).unwrap();
    let output = Command::new(bun()).args(["--bun", "run", "check"]).current_dir(&dir).output().unwrap();
    assert!(text(&output.stdout).contains("'shout' does not exist on type 'PluginLogger'"), "{output:?}");
}

#[test]
fn every_word_is_filled_in() {
    for template in Template::value_variants() {
        let (_root, dir) = made("@acme/my-plugin", *template);
        for path in files(&dir) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("{{") && !text.is_empty(), "{}", path.display());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = paths.filter(|path| !path.ends_with("node_modules"));
    own.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn never_overwrites() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("hello");
    let args = Args { name: "hello".parse().unwrap(), template: Template::Ui, dir: Some(dir.clone()) };
    fs::create_dir_all(dir.join(".git")).unwrap();
    create(&args).unwrap();
    let mine = dir.join("manifest.yaml");
    fs::write(&mine, "name: mine\n").unwrap();
    assert!(matches!(create(&args), Err(NewError::NotEmpty(_))));
    assert_eq!(fs::read_to_string(mine).unwrap(), "name: mine\n");
}

#[test]
fn says_what_to_type_next() {
    let root = tempfile::tempdir().unwrap();
    let output = davit(root.path(), &["new", "@acme/hello"]);
    let expected = "made @acme/hello in hello\n\nNext:\n  cd hello\n  npm install\n  davit dev .\n";
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), expected));
    let output = davit(root.path(), &["new", "@acme/hello", "--template", "ui"]);
    let refused = "error: hello is not empty: nothing is overwritten; name another folder with --dir\n";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), refused));
}

#[test]
fn pins_the_versions_that_davit_is_tested_with() {
    let read = |path: PathBuf| -> Value { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    let tested =
        [read(repository().join("package.json")), read(repository().join("engine/bun/bridge/package.json"))];
    for template in [Template::Hono, Template::Serverless, Template::Auth] {
        let (_root, dir) = made("hello", template);
        let new = read(dir.join("package.json"));
        let all = ["dependencies", "devDependencies"].map(|kind| new[kind].as_object().cloned());
        for (package, version) in all.iter().flatten().flatten() {
            let known = tested.iter().find_map(|tested| tested["devDependencies"].get(package));
            assert_eq!(Some(version), known, "{package}");
        }
    }
}
