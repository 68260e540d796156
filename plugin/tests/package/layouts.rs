//! Every accepted layout gives the same tree.

use std::path::Path;

use davit_plugin::package::{Limits, PackOptions, pack};

use crate::arena::{Arena, Snapshot};
use crate::raw_tar::Tar;
use crate::raw_zip::{Entry, Zip};

/// Folder entries and files of one plugin, below `prefix`.
fn tar(prefix: &str, folders: bool, first: Tar) -> Vec<u8> {
    let at = |name: &str| format!("{prefix}{name}");
    let mut tar = first;
    if folders {
        tar = tar.folder(at("")).folder(at("dist/"));
    }
    tar.file(at("dist/plugin.js"), "export default {}")
        .file(at("manifest.yaml"), "name: hello\n")
        .link(at("plugin.js"), "dist/plugin.js")
        .gz()
}

fn zip(prefix: &str, beside: &[&str]) -> Vec<u8> {
    let at = |name: &str| format!("{prefix}{name}");
    let plugin = [
        Entry::deflated(at("dist/plugin.js"), b"export default {}"),
        Entry::file(at("manifest.yaml"), b"name: hello\n"),
        Entry::link(at("plugin.js"), "dist/plugin.js"),
    ];
    Zip::of(beside.iter().map(|name| Entry::file(name, b"")).chain(plugin)).bytes()
}

#[test]
fn all_layouts_give_the_same_tree() {
    let empty = Tar::default;
    let archives = [
        ("flat", tar("", false, empty())),
        ("with ./", tar("./", true, empty())),
        ("npm", tar("package/", false, empty())),
        ("one folder", tar("hello-1.0.0/", true, empty())),
        ("one folder with ./", tar("./hello/", false, empty().folder("./"))),
        ("one folder of macOS", tar("hello/", true, empty().file("._hello", "attributes"))),
        (
            "of git archive",
            tar(
                "hello/",
                true,
                empty().extension(b'g', "52 comment=0123456789012345678901234567890123456789\n"),
            ),
        ),
        ("flat zip", zip("", &[])),
        ("zip with one folder", zip("hello-main/", &[])),
        ("zip of macOS", zip("hello/", &[".DS_Store", "__MACOSX/._hello", "__MACOSX/hello/._manifest.yaml"])),
    ];
    let arena = Arena::new();
    let mut first: Option<(Snapshot, _)> = None;
    for (name, archive) in archives {
        let unpacked =
            arena.unpack(&archive, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let digest = pack(&unpacked.root, &PackOptions::default()).unwrap().digest;
        let tree = arena.take_unpacked();
        assert_eq!(tree.len(), 4, "{name}: {tree:?}");
        let (expected, same) = first.get_or_insert_with(|| (tree.clone(), digest));
        assert_eq!((&tree, &digest), (&*expected, &*same), "{name}");
    }
}

#[test]
fn a_manifest_at_the_top_wins_over_one_in_a_folder() {
    let arena = Arena::new();
    let tar = Tar::default().file("package/manifest.yaml", "name: inner").file("manifest.yml", "name: outer");
    arena.unpack(&tar.gz(), &Limits::default()).unwrap();
    assert!(arena.take_unpacked().contains_key(Path::new("package/manifest.yaml")));
}

#[test]
fn a_missing_manifest_says_where_it_was_looked_for() {
    let arena = Arena::new();
    let message = |tar: Tar| arena.unpack(&tar.gz(), &Limits::default()).unwrap_err().to_string();
    let one = message(Tar::default().file("hello/plugin.js", ""));
    assert!(one.contains("nor in `hello`"), "{one}");
    let names = ["a", "b", "c", "d", "e"];
    let many = message(names.iter().fold(Tar::default(), |tar, name| tar.file(name, "")));
    assert!(many.contains("5 entries (a, b, c, …)"), "{many}");
}
