//! Archives that are small only while they are packed.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Hostile;
use super::raw_tar::{Tar, gz, header};
use super::raw_zip::{Entry, Zip};

const TOO_LARGE: &str = "PACKAGE_TOO_LARGE";

/// A gzip of `count` bytes of zeros: one member of 16 MiB, again and again.
fn zeros(count: usize) -> Vec<u8> {
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(&vec![0; 16 << 20]).expect("memory is writable");
    member.finish().expect("memory is writable").repeat(count >> 24)
}

/// A file of a tar, of a size that its header says.
fn file(name: &[u8], size: usize) -> Vec<u8> {
    gz(&header(b'0', name, b"", format!("{size:011o}").as_bytes(), 0o644))
}

pub(super) fn cases() -> Vec<Hostile> {
    let (start, gibibyte) = (gz(&Tar::plugin().bytes), zeros(1 << 30));
    let part = zeros(128 << 20);
    let parts = (b'a'..b'i').flat_map(|name| [file(&[name], 128 << 20), part.clone()].concat());
    let many = (0..30_000).fold(Tar::plugin(), |tar, n| tar.file(format!("f{n}"), ""));
    let lying = Entry::deflated("zeros", &vec![0; 16 << 20]).with(|entry| entry.size = 1 << 30);
    let honest = Entry::deflated("zeros", &vec![0; 500 << 20]);
    let inner = Zip::of([Entry::deflated("zeros", &vec![0; 16 << 20])]).bytes();
    let nested: Vec<Entry> = (0..16).map(|n| Entry::file(format!("{n}.zip"), &inner)).collect();
    vec![
        Hostile::new(
            "one file of a gibibyte",
            TOO_LARGE,
            [&start[..], &file(b"z", 1 << 30), &gibibyte].concat(),
        ),
        Hostile::new("files of a gibibyte together", TOO_LARGE, [start.clone(), parts.collect()].concat()),
        Hostile::new("a gibibyte behind the end", TOO_LARGE, [start, gibibyte.clone()].concat()),
        Hostile::new("a gibibyte of zeros", TOO_LARGE, gibibyte),
        Hostile::new("a zip that says a gibibyte", TOO_LARGE, Zip::plugin([lying]).bytes()),
        Hostile::new("a zip of 500 MiB", TOO_LARGE, Zip::plugin([honest]).bytes()),
        Hostile::new("zips in a zip", "NO_MANIFEST", Zip::of(nested).bytes()),
        Hostile::new("thirty thousand files", "TOO_MANY_ENTRIES", many.gz()),
    ]
}
