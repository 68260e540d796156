//! `davit pack`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use davit_plugin::package::{Limits, unpack_file};
use davit_plugin::{Contents, Digest};

use crate::support::{davit, folder, text};

const MANIFEST: &str = "name: '@acme/hello'\nversion: 1.2.0\nbase: /hello\npluginEntry: dist/plugin.js\n";
const BUILD: &str = r#"{"scripts": {"build": "bun build plugin.ts --target bun --outdir dist"}}"#;
const PLUGIN: &str = "export default { routes: { fetch: () => new Response() } };";

/// A folder with the plugin in `hello`.
fn plugin() -> tempfile::TempDir {
    folder(&[("hello/manifest.yaml", MANIFEST), ("hello/package.json", BUILD), ("hello/plugin.ts", PLUGIN)])
}

#[test]
fn builds_and_writes_a_package_that_unpacks_to_the_plugin() {
    let plugin = plugin();
    let output = davit(plugin.path(), &["pack", "hello"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let file = plugin.path().join("acme-hello-1.2.0.tgz");
    let out: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(out[0], "packed  acme-hello-1.2.0.tgz");
    assert_eq!(out[1], format!("digest  {}", Digest::of(&fs::read(&file).unwrap())));
    assert_eq!(out[2], "entries 5");
    assert!(out[3].starts_with("size    ") && out[3].ends_with(" unpacked)"), "{out:?}");
    let root = plugin.path().join("unpacked");
    unpack_file(&file, &root, &Limits::default()).unwrap();
    let contents = Contents::read(&root, "unpacked").unwrap();
    assert_eq!(contents.manifest.name.as_str(), "@acme/hello");
}

#[test]
fn never_packs_its_own_archives() {
    let plugin = plugin();
    let hello = plugin.path().join("hello");
    let packed = || text(&davit(&hello, &["pack"]).stdout).to_owned();
    let first = packed();
    let file = plugin.path().canonicalize().unwrap().join("acme-hello-1.2.0.tgz");
    assert!(first.starts_with(&format!("packed  {}\n", file.display())) && file.is_file(), "{first}");
    assert_eq!(packed(), first);
    let output = davit(&hello, &["pack", "-o", "hello.tgz"]);
    assert!(
        text(&output.stderr).starts_with("error: hello.tgz lies in the folder that is packed"),
        "{output:?}"
    );
}

#[test]
fn writes_where_it_is_told_with_the_usual_permissions() {
    let (plugin, elsewhere) = (plugin(), tempfile::tempdir().unwrap());
    let usual = elsewhere.path().join("usual");
    fs::write(&usual, "").unwrap();
    let path = plugin.path().join("hello");
    let output = davit(elsewhere.path(), &["pack", path.to_str().unwrap(), "-o", "hello.tar.gz"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(elsewhere.path().join("hello.tar.gz")), mode(usual));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 2);
}

#[test]
fn without_a_build_packs_what_is_there() {
    let plugin = plugin();
    let output = davit(plugin.path(), &["pack", "hello", "--no-build"]);
    assert_eq!(output.status.code(), Some(1));
    let err = text(&output.stderr);
    let expected =
        "error: hello/manifest.yaml: pluginEntry names dist/plugin.js, which is not in the package";
    assert!(err.starts_with(expected), "{err}");
}

#[test]
fn a_failure_leaves_no_file() {
    let plugin = plugin();
    fs::write(plugin.path().join("hello/plugin.ts"), "export default (;").unwrap();
    let output = davit(plugin.path(), &["pack", "hello"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "error: hello/plugin.ts:1:17: Unexpected ;\n");
    assert!(!plugin.path().join("acme-hello-1.2.0.tgz").exists());
}

#[test]
fn a_folder_without_a_manifest_is_no_plugin() {
    let folder = folder(&[("plugin.js", PLUGIN)]);
    let output = davit(folder.path(), &["pack"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "error: there is no plugin in .: name the folder that has its manifest.yaml\n";
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn resources_go_to_stdout_or_where_they_are_told_and_nothing_beside_them() {
    let plugin = plugin();
    let printed = davit(plugin.path(), &["pack", "hello", "--configmap"]);
    assert_eq!(printed.status.code(), Some(0), "{printed:?}");
    let output = davit(plugin.path(), &["pack", "hello", "--configmap", "-o", "hello.yaml"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "packed  hello.yaml\n"));
    let yaml = fs::read_to_string(plugin.path().join("hello.yaml")).unwrap();
    assert_eq!(yaml, text(&printed.stdout));
    let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(&yaml).unwrap();
    let kinds: Vec<&str> = documents.iter().filter_map(|document| document["kind"].as_str()).collect();
    assert_eq!(kinds, ["ConfigMap", "Plugin"]);
    assert!(!plugin.path().join("acme-hello-1.2.0.tgz").exists());
}

#[test]
fn a_plugin_that_no_config_map_can_hold_is_to_be_pushed() {
    let plugin = plugin();
    fs::write(plugin.path().join("hello/large.bin"), vec![0; 1 << 20]).unwrap();
    let output = davit(plugin.path(), &["pack", "hello", "--configmap"]);
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(err.ends_with("push it to a registry instead: davit push REFERENCE\n"), "{err}");
}
