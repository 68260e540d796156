//! Well-formed archives whose manifests want to be somebody or somewhere else.

use super::Hostile;
use super::raw_tar::Tar;

const INVALID: &str = "MANIFEST_INVALID";

/// Names that are none.
const NAMES: [&str; 30] = [
    "@x/..",
    "@../x",
    "@x/../y",
    "@x/./y",
    "../zz",
    "..",
    ".",
    "/etc",
    "//etc",
    "a/b",
    "a/../b",
    "@a/b/c",
    "@x",
    "@/x",
    "@x/",
    "a\\\\b",
    "..\\\\b",
    "C:x",
    "%2e%2e",
    "@x%2f..",
    "a\\0b",
    ".davit",
    "@.davit/x",
    "-rf",
    " a",
    "a ",
    "",
    "\\u202Ea",
    "\u{ff0e}\u{ff0e}",
    "\u{2024}\u{2024}",
];

/// Versions that are none.
const VERSIONS: [&str; 6] = ["../zz", "1.0.0/../../zz", "/etc", "1.0.0\\n", "\\0", "latest"];

/// Further lines of a manifest.
const LINES: [&str; 21] = [
    "base: /../x",
    "base: //evil.test",
    "base: /a/b",
    "base: /%2e%2e",
    "entrypoint: ../../../etc/passwd",
    "entrypoint: /etc/passwd",
    "entrypoint: a\\..\\..\\b",
    "pluginEntry: ../../../etc/passwd",
    "pluginEntry: /bin/sh",
    "version: [1, 2]",
    "version: {a: 1}",
    "enabled: {a: 1}",
    "enabled: [true]",
    "dependencies: 7",
    "dependencies: [[1]]",
    "publicRoutes: 7",
    "publicRoutes: [{}]",
    "menus: {a: b}",
    "base: [a]",
    "entrypoint: {a: b}",
    "name: again",
];

fn plugin(manifest: impl AsRef<[u8]>) -> Vec<u8> {
    Tar::default().file("manifest.yaml", manifest).file("plugin.ts", "export default {};\n").gz()
}

pub(super) fn cases() -> Vec<Hostile> {
    let names = NAMES.map(|name| {
        Hostile::new(format!("the name {name:?}"), INVALID, plugin(format!("name: \"{name}\"\n")))
    });
    let versions = VERSIONS.map(|version| {
        let manifest = format!("name: hostile\nversion: \"{version}\"\n");
        Hostile::new(format!("the version {version:?}"), INVALID, plugin(manifest))
    });
    let lines = LINES.map(|line| {
        Hostile::new(format!("the line `{line}`"), INVALID, plugin(format!("name: hostile\n{line}\n")))
    });
    let bases = ["/_", "/api", "/health", "/.well-known"].map(|base| {
        let manifest = format!("name: hostile\nbase: {base}\n");
        Hostile::new(format!("the base {base}"), "BASE_RESERVED", plugin(manifest))
    });
    let reserved = ["node_modules", "@acme/node_modules", "upload"].map(|name| {
        let manifest = format!("name: \"{name}\"\n");
        Hostile::new(format!("the name {name:?}"), "NAME_RESERVED", plugin(manifest))
    });
    let whole = whole().into_iter().map(|(name, manifest)| Hostile::new(name, INVALID, plugin(manifest)));
    names.into_iter().chain(versions).chain(lines).chain(bases).chain(reserved).chain(whole).collect()
}

/// Manifests that are no manifest.
fn whole() -> Vec<(&'static str, Vec<u8>)> {
    let laughs = (1..12).fold("a0: &a0 [lol, lol, lol]\n".to_owned(), |text, n| {
        let before = format!("*a{}, ", n - 1).repeat(9);
        format!("{text}a{n}: &a{n} [{before}]\n")
    });
    let long = "a".repeat(215);
    vec![
        ("a bomb of aliases", format!("{laughs}name: hostile\nconfig: *a11\n").into_bytes()),
        ("an alias of itself", b"name: hostile\nconfig: &a [*a]\n".to_vec()),
        ("brackets without an end", "[".repeat(50_000).into_bytes()),
        ("braces without an end", "{a: ".repeat(50_000).into_bytes()),
        ("a manifest of two megabytes", [&b"name: hostile\n#"[..], &vec![b'x'; 2 << 20]].concat()),
        ("a name that is too long", format!("name: {long}\n").into_bytes()),
        ("a name that is a list", b"name: [hostile]\n".to_vec()),
        ("a name that is a map", b"name: {a: b}\n".to_vec()),
        ("a name that is null", b"name: null\n".to_vec()),
        ("no name", b"version: 1.0.0\n".to_vec()),
        ("no manifest but a text", b"hostile\n".to_vec()),
        ("no manifest but a list", b"- name: hostile\n".to_vec()),
        ("an empty manifest", Vec::new()),
        ("a manifest that is not UTF-8", b"name: hostile\nversion: \"\xff\xfe\"\n".to_vec()),
        ("a manifest with a NUL", b"name: hos\0tile\n".to_vec()),
        ("an undefined alias", b"name: *nobody\n".to_vec()),
    ]
}
