//! What goes into a package, in which form, and what keeps a folder from being packed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use davit_plugin::package::{Limits, MODIFIED, PackError, PackOptions, Packed, pack};
use flate2::read::GzDecoder;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files.iter().chain(&[("manifest.yaml", "name: hello\n")]) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn packed(folder: &Path) -> Result<Packed, PackError> {
    pack(folder, &PackOptions::default())
}

fn code(folder: &TempDir) -> &'static str {
    packed(folder.path()).unwrap_err().code()
}

fn limited(folder: &TempDir, set: impl FnOnce(&mut Limits)) -> PackError {
    let mut options = PackOptions::default();
    set(&mut options.limits);
    pack(folder.path(), &options).unwrap_err()
}

fn names(packed: &Packed) -> Vec<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(&packed.bytes[..]));
    let names =
        archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().to_str().unwrap().to_owned());
    names.collect()
}

/// Text that does not compress well.
fn noise(length: usize) -> String {
    let next = |n: &u32| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(1), next).map(|n| char::from(b' ' + (n >> 26) as u8)).take(length).collect()
}

/// Whoever changes this changes the digest of every plugin: registries then hold two
/// packages for one folder. A new version of a library is no sufficient reason.
#[test]
fn the_same_folder_gives_the_same_bytes_in_every_build() {
    let text = "The same folder gives the same bytes. ".repeat(1_000);
    let long = format!("{}/{}", "d".repeat(90), "f".repeat(90));
    let folder = folder(&[("dist/plugin.js", &text), (&long, "long"), ("run", "#!/bin/sh\n"), ("ü", "")]);
    fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink("dist/plugin.js", folder.path().join("plugin.js")).unwrap();
    let packed = packed(folder.path()).unwrap();
    assert_eq!((packed.entries, packed.unpacked), (8, 38_026));
    assert_eq!(
        packed.digest.to_string(),
        "sha256:ff979f4f6a86a6e9fa6b0e7a05d8d81b523127c7b6c199d326577548d9b2c8c1"
    );
}

#[test]
fn says_nothing_about_the_machine() {
    let folder = folder(&[("run", "")]);
    let packed = packed(folder.path()).unwrap();
    // RFC 1952: no name, no time, the best level, unknown system.
    assert_eq!(packed.bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    let mut archive = tar::Archive::new(GzDecoder::new(&packed.bytes[..]));
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, MODIFIED));
        assert_eq!((header.username().unwrap(), header.groupname().unwrap()), (Some(""), Some("")));
    }
}

#[test]
fn leaves_out_dot_entries_and_installed_modules() {
    let folder = folder(&[
        (".env", "SECRET=1"),
        (".git/config", ""),
        ("dist/.DS_Store", ""),
        ("dist/.well-known/plugin.json", "{}"),
        ("dist/plugin.js", ""),
        ("node_modules/hono/index.js", ""),
        ("node_modules/.bun/x/index.js", ""),
        ("node_modules/x/.git/config", ""),
        ("ui/node_modules/react/index.js", ""),
    ]);
    let own =
        ["dist/", "dist/.well-known/", "dist/.well-known/plugin.json", "dist/plugin.js", "manifest.yaml"];
    let without = packed(folder.path()).unwrap();
    assert_eq!(names(&without), [&own[..], &["ui/"]].concat());
    let with = pack(folder.path(), &PackOptions { node_modules: true, ..PackOptions::default() }).unwrap();
    let modules =
        ["node_modules/", "node_modules/.bun/", "node_modules/.bun/x/", "node_modules/.bun/x/index.js"];
    let more = ["node_modules/hono/", "node_modules/hono/index.js", "node_modules/x/"];
    let ui = ["ui/", "ui/node_modules/", "ui/node_modules/react/", "ui/node_modules/react/index.js"];
    assert_eq!(names(&with), [&own[..], &modules, &more, &ui].concat());
}

#[test]
fn keeps_links_that_stay_inside_and_refuses_others() {
    for (target, expected) in [
        ("dist/plugin.js", None),
        ("dist/../manifest.yaml", None),
        ("/etc/passwd", Some("LINK_ESCAPES")),
        ("../x", Some("LINK_ESCAPES")),
        ("missing", Some("LINK_BROKEN")),
        ("node_modules/hono", Some("LINK_BROKEN")),
        ("link", Some("LINK_BROKEN")),
    ] {
        let folder = folder(&[("dist/plugin.js", ""), ("node_modules/hono/index.js", "")]);
        symlink(target, folder.path().join("link")).unwrap();
        let error = packed(folder.path()).err();
        assert_eq!(error.as_ref().map(PackError::code), expected, "{target}");
        assert!(error.is_none_or(|error| error.to_string().contains("`link`")), "{target}");
    }
}

#[test]
fn refuses_what_unpacking_refuses() {
    assert_eq!(code(&folder(&[("a", ""), ("A", "")])), "CASE_COLLISION");
    assert_eq!(code(&folder(&[("a\\b", "")])), "PATH_TRAVERSAL");
    assert_eq!(code(&folder(&[("a.", "")])), "NAME_INVALID");
    assert_eq!(code(&folder(&[(&format!("{}x", "d/".repeat(33)), "")])), "PATH_TOO_DEEP");
    let no_text = folder(&[]);
    fs::write(no_text.path().join(OsStr::from_bytes(b"caf\xe9")), "").unwrap();
    assert_eq!(code(&no_text), "NAME_INVALID");
    let socket = folder(&[]);
    let _listener = UnixListener::bind(socket.path().join("s")).unwrap();
    assert_eq!(code(&socket), "UNSUPPORTED_ENTRY");
}

#[test]
fn refuses_a_folder_without_a_manifest() {
    let folder = folder(&[]);
    fs::remove_file(folder.path().join("manifest.yaml")).unwrap();
    assert_eq!(code(&folder), "NO_MANIFEST");
    fs::create_dir(folder.path().join("manifest.yaml")).unwrap();
    assert_eq!(code(&folder), "NO_MANIFEST");
    let missing = packed(&folder.path().join("missing")).unwrap_err();
    assert!(missing.code() == "IO" && !missing.is_retryable());
}

#[test]
fn says_what_makes_a_package_too_large() {
    let noise = noise(9_000);
    let folder = folder(&[("dist/video.mp4", &noise), ("a", "1"), ("b/1", ""), ("b/2", ""), ("b/3", "")]);
    let unpacked = limited(&folder, |limits| limits.unpacked = 5_000);
    assert_eq!(unpacked.code(), "PACKAGE_TOO_LARGE");
    assert!(unpacked.to_string().contains("4.8 KiB unpacked"), "{unpacked}");
    assert!(unpacked.to_string().contains("dist/video.mp4 (8.7 KiB), "), "{unpacked}");
    let archive = limited(&folder, |limits| limits.packed = 5_000);
    assert_eq!(archive.code(), "PACKAGE_TOO_LARGE");
    assert!(archive.to_string().contains("dist/video.mp4 (8.7 KiB), "), "{archive}");
    let entries = limited(&folder, |limits| limits.entries = 5);
    assert_eq!(entries.code(), "TOO_MANY_ENTRIES");
    assert!(entries.to_string().contains("most of them in b ("), "{entries}");
}

/// Packs again and again while `change` is at work, until that is noticed.
fn notices(folder: &TempDir, change: impl Fn(&Path) + Sync) {
    let (done, deadline) = (AtomicBool::new(false), Instant::now() + Duration::from_mins(1));
    let root = folder.path();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                change(root);
            }
        });
        let noticed = std::iter::repeat_with(|| packed(root)).find_map(|result| match result {
            Err(error) => Some(error.code() == "PACKAGE_CHANGED" && error.is_retryable()),
            Ok(_) => (Instant::now() > deadline).then_some(false),
        });
        done.store(true, Ordering::Relaxed);
        assert_eq!(noticed, Some(true));
    });
}

#[test]
fn notices_a_file_that_is_written_meanwhile() {
    let folder = folder(&[("dist/plugin.js", "")]);
    notices(&folder, |root| {
        fs::write(root.join("dist/plugin.js"), vec![b'x'; 100_000]).unwrap();
    });
}

#[test]
fn notices_a_file_that_vanishes_meanwhile() {
    let folder = folder(&[]);
    notices(&folder, |root| {
        fs::write(root.join("new"), "").unwrap();
        fs::remove_file(root.join("new")).unwrap();
    });
}
