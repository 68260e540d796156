//! What a folder must hold to be a plugin.

use std::fs;

use davit_plugin::reason::Problem;
use davit_plugin::{Contents, Reason};

/// Paths and bytes.
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// The outcome of reading a folder with these files.
fn read(files: Files<'_>) -> Result<Contents, Problem> {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    Contents::read(folder.path(), "shown").map_err(|error| Problem::from(&error))
}

#[test]
fn finds_the_code_that_the_manifest_names_or_else_the_usual_one() {
    let table: [(Files<'_>, Option<&str>, Option<&str>); 6] = [
        (
            &[("manifest.yaml", b"name: a\npluginEntry: dist/p.js"), ("dist/p.js", b""), ("plugin.ts", b"")],
            Some("dist/p.js"),
            None,
        ),
        (&[("manifest.yml", b"name: a"), ("plugin.js", b""), ("plugin.ts", b"")], Some("plugin.ts"), None),
        (&[("manifest.yaml", b"name: a"), ("index.js", b"")], Some("index.js"), None),
        (
            &[("manifest.yaml", b"name: a"), ("manifest.yml", b"[]"), ("plugin.js", b"")],
            Some("plugin.js"),
            None,
        ),
        (
            &[
                ("manifest.yaml", b"name: a\nbase: /a\nentrypoint: ui/i.html"),
                ("ui/i.html", b""),
                ("index.ts", b""),
            ],
            None,
            Some("ui/i.html"),
        ),
        (
            &[
                ("manifest.yaml", b"name: a\nbase: /a\nentrypoint: i.html"),
                ("i.html", b""),
                ("plugin.ts", b""),
            ],
            Some("plugin.ts"),
            Some("i.html"),
        ),
    ];
    for (files, code, ui) in table {
        let contents = read(files).unwrap();
        assert_eq!(contents.code.as_ref().map(davit_plugin::PackagePath::as_str), code, "{files:?}");
        assert_eq!(contents.ui.as_ref().map(davit_plugin::PackagePath::as_str), ui, "{files:?}");
    }
}

#[test]
fn says_what_is_missing() {
    let large = vec![b' '; davit_plugin::manifest::MAX_SIZE + 1];
    let table: [(Files<'_>, Reason, &str); 8] = [
        (&[], Reason::ManifestInvalid, "shown has no manifest.yaml: write one with `name: my-plugin`"),
        (
            &[("manifest.yaml", b"name: a")],
            Reason::PackageInvalid,
            "shown/manifest.yaml: the plugin has no code and no user interface: add plugin.ts, or name one with `pluginEntry` or `entrypoint`",
        ),
        (
            &[("manifest.yaml", b"name: a\npluginEntry: b.js"), ("plugin.ts", b"")],
            Reason::PackageInvalid,
            "shown/manifest.yaml: pluginEntry names b.js, which is not in the package: build the plugin or correct the path",
        ),
        (
            &[("manifest.yaml", b"name: a\nbase: /a\nentrypoint: i.html")],
            Reason::PackageInvalid,
            "shown/manifest.yaml: entrypoint names i.html, which is not in the package: build the plugin or correct the path",
        ),
        (
            &[("manifest.yaml", b"name: a\nentrypoint: i.html"), ("i.html", b"")],
            Reason::RoutesWithoutBase,
            "shown/manifest.yaml: the plugin has an entrypoint but no base: write e.g. `base: /my-plugin`",
        ),
        (
            &[("manifest.yaml", b"name: a\nbase: /api"), ("plugin.ts", b"")],
            Reason::BaseReserved,
            "shown/manifest.yaml:2:7: the base `/api` is reserved: choose one other than /api, /health, /.well-known and /_",
        ),
        (
            &[("manifest.yml", b"name: a\nx: \xc3\xa9\xff")],
            Reason::ManifestInvalid,
            "shown/manifest.yml:2:5: the manifest is not UTF-8 from here on: save it with that encoding",
        ),
        (
            &[("manifest.yaml", &large)],
            Reason::ManifestInvalid,
            "shown/manifest.yaml:1:1: the manifest is larger than 1 MiB: shorten it",
        ),
    ];
    for (files, reason, message) in table {
        assert_eq!(read(files), Err(Problem::new(reason, message)));
    }
}
