//! Hostile zips.

use std::path::Path;

use super::case::{Case, bounded, case};
use super::raw_zip::{Entry, Zip, crc};

pub(crate) fn cases(arena: &Path) -> Vec<Case> {
    [names(arena), trees(), kinds(), bounds(), contradictions(), damage()].into_iter().flatten().collect()
}

fn zip(entries: impl IntoIterator<Item = Entry>) -> Vec<u8> {
    Zip::plugin(entries).bytes()
}

fn file(name: impl AsRef<[u8]>) -> Vec<u8> {
    zip([Entry::file(name, b"evil")])
}

fn names(arena: &Path) -> Vec<Case> {
    let unicode_path = |path: &[u8]| {
        let content = [&[1][..], &crc(b"good").to_le_bytes(), path].concat();
        let length = u16::try_from(content.len()).unwrap().to_le_bytes();
        let extra = [&0x7075_u16.to_le_bytes()[..], &length, &content].concat();
        zip([Entry::file("good", b"evil").with(|entry| (entry.extra, entry.flags) = (extra, 0))])
    };
    vec![
        case("zip: a path to the parent", "PATH_TRAVERSAL", file("../evil")),
        case("zip: a path down and up again", "PATH_TRAVERSAL", file("a/../../../evil")),
        case("zip: a folder outside", "PATH_TRAVERSAL", zip([Entry::folder("../evil/")])),
        case("zip: an absolute path", "PATH_TRAVERSAL", file(arena.join("evil").to_str().unwrap())),
        case("zip: a drive letter", "PATH_TRAVERSAL", file("C:/evil")),
        case("zip: backslashes", "PATH_TRAVERSAL", file("..\\..\\evil")),
        case("zip: a folder with a backslash", "PATH_TRAVERSAL", zip([Entry::folder("..\\")])),
        case("zip: a name that is not UTF-8", "NAME_INVALID", file(b"caf\x82")),
        case("zip: a NUL in a name", "NAME_INVALID", file(b"plugin.js\0.txt")),
        case("zip: a name of no bytes", "PACKAGE_INVALID", file("")),
        case("zip: a Unicode path to the parent", "PACKAGE_INVALID", unicode_path(b"../evil")),
        case("zip: a path too deep", "PATH_TOO_DEEP", file("d/".repeat(32) + "x")),
        case("zip: a path of 60 kilobytes", "PATH_TOO_LONG", file("n/".repeat(30_000) + "x")),
        case("zip: a segment too long", "PATH_TOO_LONG", file("n".repeat(256))),
    ]
}

fn trees() -> Vec<Case> {
    let two = |one: &str, other: &str| zip([Entry::file(one, b"1"), Entry::file(other, b"2")]);
    let link = |target: &str| zip([Entry::link("l", target)]);
    vec![
        case("zip: a file twice", "DUPLICATE_ENTRY", two("a", "a")),
        case("zip: a file twice, once with ./", "DUPLICATE_ENTRY", two("a", "./a")),
        case("zip: names that differ in case", "CASE_COLLISION", two("Dist/a", "dist/b")),
        case("zip: a file and below it another", "PATH_CONFLICT", two("a", "a/b")),
        case("zip: a write through a link", "PATH_THROUGH_LINK", {
            zip([Entry::link("l", "../../.."), Entry::file("l/evil", b"evil")])
        }),
        case("zip: an absolute link", "LINK_ESCAPES", link("/etc")),
        case("zip: a link to the parent", "LINK_ESCAPES", link("../canary")),
        case("zip: a link that leaves through another", "LINK_ESCAPES", {
            zip([Entry::link("d/up", ".."), Entry::link("l", "d/up/../canary")])
        }),
        case("zip: a link out of the top folder that is stripped", "LINK_ESCAPES", {
            Zip::of([Entry::file("p/manifest.yaml", b""), Entry::link("p/l", "../p/manifest.yaml")]).bytes()
        }),
        case("zip: a link to nothing", "LINK_BROKEN", link("missing")),
        case("zip: links in a circle", "LINK_BROKEN", zip([Entry::link("a", "b"), Entry::link("b", "a")])),
        case("zip: a link target of 100 kilobytes", "PATH_TOO_LONG", link(&"./".repeat(50_000))),
        case("zip: no manifest", "NO_MANIFEST", Zip::of([Entry::file("plugin.js", b"")]).bytes()),
        case("zip: no entries", "NO_MANIFEST", Zip::of([]).bytes()),
    ]
}

fn kinds() -> Vec<Case> {
    let mode = |mode: u32| zip([Entry::new("x", mode, b"")]);
    let with = |change: fn(&mut Entry)| zip([Entry::file("x", b"evil evil evil").with(change)]);
    vec![
        case("zip: a character device", "UNSUPPORTED_ENTRY", mode(0o020_666)),
        case("zip: a block device", "UNSUPPORTED_ENTRY", mode(0o060_666)),
        case("zip: a named pipe", "UNSUPPORTED_ENTRY", mode(0o010_666)),
        case("zip: a socket", "UNSUPPORTED_ENTRY", mode(0o140_666)),
        case("zip: an unknown kind", "UNSUPPORTED_ENTRY", mode(0o160_666)),
        case("zip: an encrypted entry", "UNSUPPORTED_ENTRY", with(|entry| entry.flags |= 1)),
        case(
            "zip: an AES entry",
            "UNSUPPORTED_ENTRY",
            with(|entry| {
                (entry.flags, entry.method) = (0x801, 99);
                entry.extra = b"\x01\x99\x07\0\x02\0AE\x03\0\0".to_vec();
            }),
        ),
        case("zip: bzip2", "UNSUPPORTED_ENTRY", with(|entry| entry.method = 12)),
        case("zip: a method that nobody knows", "UNSUPPORTED_ENTRY", with(|entry| entry.method = 4_711)),
        case("zip: a folder with content", "PACKAGE_INVALID", zip([Entry::new("x/", 0o040_755, b"evil")])),
        case("zip: a folder by its mode only", "PACKAGE_INVALID", mode(0o040_755)),
        case("zip: a link by its mode, a folder by its name", "PACKAGE_INVALID", {
            zip([Entry::new("x/", 0o120_777, b"manifest.yaml")])
        }),
    ]
}

fn bounds() -> Vec<Case> {
    let zeros = vec![0; 1 << 20];
    let files = |count: usize| zip((0..count).map(|n| Entry::deflated(format!("f{n}"), &[7; 1_000])));
    vec![
        bounded("zip: more packed bytes than allowed", "PACKAGE_TOO_LARGE", files(1), |limits| {
            limits.packed = 100;
        }),
        bounded(
            "zip: a file larger than allowed",
            "PACKAGE_TOO_LARGE",
            zip([Entry::deflated("z", &zeros)]),
            |limits| limits.unpacked = 1 << 19,
        ),
        bounded("zip: files larger than allowed together", "PACKAGE_TOO_LARGE", files(20), |limits| {
            limits.unpacked = 19_999;
        }),
        bounded("zip: more files than allowed", "TOO_MANY_ENTRIES", files(21), |limits| limits.entries = 20),
        bounded("zip: a directory larger than allowed", "TOO_MANY_ENTRIES", files(8_000), |limits| {
            limits.entries = 20;
        }),
        bounded(
            "zip: more implied folders than allowed",
            "TOO_MANY_ENTRIES",
            file("a/b/c/d/e/f/g/h/i/j"),
            |limits| {
                limits.entries = 10;
            },
        ),
        bounded(
            "zip: more links than allowed",
            "TOO_MANY_LINKS",
            zip(["a", "b"].map(|name| Entry::link(name, "manifest.yaml"))),
            |limits| limits.links = 1,
        ),
    ]
}

fn contradictions() -> Vec<Case> {
    let bomb = |change: fn(&mut Entry)| zip([Entry::deflated("x", &vec![0; 1 << 20]).with(change)]);
    let pair =
        |change: fn(&mut Entry)| zip([Entry::file("a", b"aaaa"), Entry::file("x", b"evil").with(change)]);
    vec![
        case("zip: a bomb that declares ten bytes", "PACKAGE_INVALID", bomb(|entry| entry.size = 10)),
        case("zip: a file that declares too much", "PACKAGE_INVALID", bomb(|entry| entry.size += 1)),
        case("zip: a wrong sum", "PACKAGE_INVALID", pair(|entry| entry.crc ^= 1)),
        case("zip: a file that goes on into the directory", "PACKAGE_INVALID", {
            pair(|entry| (entry.size, entry.packed_size) = (100, 100))
        }),
        case("zip: a file that goes on behind the end", "PACKAGE_INVALID", {
            pair(|entry| (entry.size, entry.packed_size) = (50_000, 50_000))
        }),
        case("zip: another name in the local header", "PACKAGE_INVALID", {
            pair(|entry| entry.local_name = b"../evil".to_vec())
        }),
        case(
            "zip: two entries with the same bytes",
            "PACKAGE_INVALID",
            pair(|entry| {
                (entry.at, entry.name) = (Some(0), b"manifest.yaml2".to_vec());
            }),
        ),
        case("zip: an entry within another's content", "PACKAGE_INVALID", {
            let inner = Zip::of([Entry::file("inner", b"evil")]).bytes();
            let outer = Entry::file("outer", &inner);
            let at = u32::try_from(Zip::plugin([]).entries[0].name.len() + 30 + 14 + 30 + 5).unwrap();
            let pointer = Entry::file("inner", b"evil").with(|entry| {
                entry.at = Some(at);
                (entry.local_name, entry.data) = (b"other".to_vec(), b"good".to_vec());
            });
            zip([outer, pointer])
        }),
        case("zip: an entry that the directory hides", "PACKAGE_INVALID", pair(|entry| entry.listed = false)),
        case("zip: a header that is not there", "PACKAGE_INVALID", pair(|entry| entry.at = Some(3))),
        case("zip: a header behind the end", "PACKAGE_INVALID", pair(|entry| entry.at = Some(0x7fff_ffff))),
        case("zip: zip64 sizes without zip64", "PACKAGE_INVALID", {
            pair(|entry| (entry.size, entry.packed_size) = (u32::MAX, u32::MAX))
        }),
        case(
            "zip: zip64 sizes of exabytes",
            "PACKAGE_INVALID",
            pair(|entry| {
                (entry.size, entry.packed_size) = (u32::MAX, u32::MAX);
                entry.extra = [&b"\x01\0\x10\0"[..], &[0xff; 16]].concat();
            }),
        ),
    ]
}

fn damage() -> Vec<Case> {
    let good = zip([Entry::deflated("x", &[7; 1_000])]);
    let counted = |count: u16| {
        let zip = Zip::plugin([Entry::file("x", b"evil")]);
        Zip { count: Some(count), ..zip }.bytes()
    };
    let mut disks = good.clone();
    let end = disks.len() - 22;
    disks[end + 4] = 1;
    vec![
        case("zip: the first bytes and no more", "PACKAGE_INVALID", b"PK\x03\x04".to_vec()),
        case("zip: cut short", "PACKAGE_INVALID", good[..good.len() - 30].to_vec()),
        case("zip: cut within the end record", "PACKAGE_INVALID", good[..good.len() - 1].to_vec()),
        case("zip: a script before it", "INVALID_FILE_TYPE", [b"#!/bin/sh\n", &good[..]].concat()),
        case("zip: text after it", "PACKAGE_INVALID", [&good[..], b"evil"].concat()),
        case("zip: another zip after it", "PACKAGE_INVALID", [&good[..], &file("../evil")].concat()),
        case("zip: more entries counted than there are", "PACKAGE_INVALID", counted(9)),
        case("zip: one disk of several", "PACKAGE_INVALID", disks),
    ]
}
