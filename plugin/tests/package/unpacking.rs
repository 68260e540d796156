//! What unpacking makes of honest archives, and of a target that is taken.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use davit_plugin::package::{Limits, MODIFIED, UnpackError, unpack, unpack_bytes, unpack_file};

use crate::arena::Arena;
use crate::raw_tar::{Tar, gz, header};
use crate::raw_zip::{Entry, Zip};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn modes_and_times_are_the_same_for_every_package() {
    let arena = Arena::new();
    let tar = Tar::plugin()
        .entry(b'0', "bin/run", "", "#!", 0o6711)
        .entry(b'0', "secret", "", "", 0o400)
        .entry(b'5', "open/", "", "", 0o1777);
    arena.unpack(&tar.gz(), &Limits::default()).unwrap();
    let into = arena.target();
    for (path, expected) in
        [("", 0o755), ("bin", 0o755), ("bin/run", 0o755), ("secret", 0o644), ("open", 0o755)]
    {
        assert_eq!(mode(&into.join(path)), expected, "{path:?}");
    }
    let modified = into.join("secret").metadata().unwrap().mtime();
    assert_eq!(u64::try_from(modified).unwrap(), MODIFIED);
    arena.take_unpacked();
}

#[test]
fn counts_entries_and_bytes_below_the_root() {
    let arena = Arena::new();
    let tar = Tar::default()
        .file("package/manifest.yaml", "12345")
        .link("package/d/l", "../manifest.yaml")
        .file("._package", "not counted");
    let unpacked = arena.unpack(&tar.gz(), &Limits::default()).unwrap();
    assert_eq!((unpacked.root, unpacked.entries, unpacked.bytes), (arena.target(), 3, 5));
    arena.take_unpacked();
}

#[test]
fn accepts_exactly_what_the_bounds_allow() {
    let arena = Arena::new();
    let archive = Tar::plugin().file("a/b/ccc", [7; 100]).link("l", "a").gz();
    let limits = Limits {
        packed: archive.len() as u64,
        unpacked: 114,
        entries: 5,
        depth: 3,
        path: 13,
        segment: 13,
        links: 1,
    };
    arena.unpack(&archive, &limits).unwrap();
    assert_eq!(arena.take_unpacked().len(), 5);
}

#[test]
fn names_in_extended_headers_count() {
    let arena = Arena::new();
    let long = format!("{}/{}", "d".repeat(150), "f".repeat(150));
    let tar = Tar::plugin()
        .extension(b'g', "30 comment=not for one entry\n")
        .extension(b'L', format!("{long}\0"))
        .file("cut", "gnu")
        .pax(&[("SCHILY.xattr.x", b"\n\n9 path=x\n"), ("path", "p\u{e4}x".as_bytes()), ("mtime", b"1.5")])
        .file("cut", "pax")
        .extension(b'K', format!("{long}\0"))
        .link("link", "cut");
    arena.unpack(&tar.gz(), &Limits::default()).unwrap();
    let into = arena.target();
    assert_eq!(fs::read_to_string(into.join(&long)).unwrap(), "gnu");
    assert_eq!(fs::read_to_string(into.join("p\u{e4}x")).unwrap(), "pax");
    assert_eq!(fs::read_to_string(into.join("link")).unwrap(), "gnu");
    assert_eq!(arena.take_unpacked().len(), 5);
}

#[test]
fn reads_a_gzip_of_several_members_as_one() {
    let arena = Arena::new();
    let tar = Tar::plugin().file("x", [7; 3_000]).ended();
    let members: Vec<u8> = tar.chunks(700).flat_map(gz).collect();
    arena.unpack(&members, &Limits::default()).unwrap();
    assert_eq!(arena.take_unpacked().len(), 2);
}

#[test]
fn reads_old_tars_whose_folders_end_with_a_slash() {
    let arena = Arena::new();
    let mut folder = header(0, b"old/", b"", b"00000000000", 0o755);
    folder[257..265].fill(0);
    crate::raw_tar::sum(&mut folder);
    arena.unpack(&Tar::plugin().raw_header(&folder).gz(), &Limits::default()).unwrap();
    assert_eq!(arena.take_unpacked()[Path::new("old")].0, 'd');
}

#[test]
fn links_that_stay_inside_are_kept() {
    let arena = Arena::new();
    let tar = Tar::plugin()
        .link("a", "b")
        .link("b", "d/up/manifest.yaml")
        .link("d/up", "..")
        .link("d/deep/./l", ".././/up/./d/")
        .link("here", ".");
    arena.unpack(&tar.gz(), &Limits::default()).unwrap();
    assert_eq!(fs::read_to_string(arena.target().join("a")).unwrap(), "name: hostile\n");
    let tree = arena.take_unpacked();
    assert_eq!(tree[Path::new("d/deep/l")].2, b"../up/d");
}

#[test]
fn reads_zips_of_other_systems() {
    let arena = Arena::new();
    let mut zip = Zip::plugin([
        Entry::folder("dir/").with(|entry| (entry.made_by, entry.mode) = (20, 0)),
        Entry::deflated("dir/f", b"12345").with(|entry| (entry.made_by, entry.mode) = (20, 0)),
        Entry::new("run", 0o100_755, b"#!"),
        Entry::link("l", "dir/f"),
    ]);
    zip.comment = b"0a1b2c".to_vec();
    let unpacked = arena.unpack(&zip.bytes(), &Limits::default()).unwrap();
    assert_eq!((unpacked.entries, unpacked.bytes), (5, 21));
    let tree = arena.take_unpacked();
    assert_eq!(tree[Path::new("run")].1, 0o755);
    assert_eq!(tree[Path::new("dir/f")], ('f', 0o644, b"12345".to_vec()));
    assert_eq!(tree[Path::new("l")].0, 'l');
}

#[test]
fn a_file_is_told_by_its_content() {
    let arena = Arena::new();
    let archive = arena.path().join("plugin.zip");
    fs::write(&archive, Tar::plugin().gz()).unwrap();
    unpack_file(&archive, &arena.target(), &Limits::default()).unwrap();
    fs::remove_file(&archive).unwrap();
    assert_eq!(arena.take_unpacked().len(), 1);
    let missing = unpack_file(&archive, &arena.target(), &Limits::default()).unwrap_err();
    assert_eq!(missing.code(), "IO");
}

#[test]
fn a_target_that_exists_is_left_alone() {
    let arena = Arena::new();
    let archive = Tar::plugin().gz();
    let there = arena.path().join("canaries");
    for taken in [&there, &arena.path().join("canary"), &arena.path().join("canary-link")] {
        let error = unpack_bytes(&archive, taken, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "TARGET_EXISTS");
        assert!(!error.is_packages_fault());
    }
    assert!(arena.is_untouched());
    let dangling = arena.target();
    symlink("nowhere", &dangling).unwrap();
    assert_eq!(unpack_bytes(&archive, &dangling, &Limits::default()).unwrap_err().code(), "TARGET_EXISTS");
}

#[test]
fn a_target_without_a_folder_around_it_is_an_io_error() {
    let arena = Arena::new();
    let error = unpack_bytes(&Tar::plugin().gz(), &arena.target().join("x"), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "IO");
    assert!(arena.is_untouched());
}

/// A disk that fails at a position.
struct Failing {
    bytes: io::Cursor<Vec<u8>>,
    at: u64,
}

impl io::Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.bytes.position() >= self.at {
            return Err(io::Error::other("bad sector"));
        }
        let most = usize::try_from(self.at - self.bytes.position()).unwrap().min(into.len());
        self.bytes.read(&mut into[..most])
    }
}

impl io::Seek for Failing {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[test]
fn a_disk_that_fails_is_not_the_packages_fault() {
    let arena = Arena::new();
    let noise: Vec<u8> = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let archives = [Tar::plugin().file("x", &noise).gz(), Zip::plugin([Entry::file("x", &noise)]).bytes()];
    for bytes in archives {
        for at in [0, 2, bytes.len() as u64 / 2, bytes.len() as u64 - 10] {
            let failing = Failing { bytes: io::Cursor::new(bytes.clone()), at };
            let error = unpack(failing, &arena.target(), &Limits::default()).unwrap_err();
            assert!(
                matches!(&error, UnpackError::Io { source, .. } if source.to_string() == "bad sector"),
                "{error}"
            );
            assert!(!error.is_packages_fault());
            assert!(arena.is_untouched());
        }
    }
}
