//! Archives that are small only while they are packed, against the default bounds.

use std::io::Write;
use std::time::{Duration, Instant};

use davit_plugin::package::Limits;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::arena::Arena;
use crate::raw_tar::{Tar, gz, header, pax_record};
use crate::raw_zip::{Entry, Zip};

/// Far more than a machine with a slow and busy disk needs for the little that is
/// read; what goes on for ever ends here.
const TIME: Duration = Duration::from_mins(5);

const GIBIBYTE: u64 = 1 << 30;

/// A gzip of `count` bytes of zeros: one member of 16 MiB, again and again.
fn zeros(count: u64) -> Vec<u8> {
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(&vec![0; 16 << 20]).unwrap();
    member.finish().unwrap().repeat(usize::try_from(count >> 24).unwrap())
}

fn refuses_in_time(archive: &[u8]) {
    let arena = Arena::new();
    assert!(archive.len() < 6 << 20, "{} bytes", archive.len());
    let start = Instant::now();
    let error = arena.unpack(archive, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "PACKAGE_TOO_LARGE", "{error}");
    assert!(start.elapsed() < TIME, "{:?}", start.elapsed());
    assert!(arena.is_untouched());
}

#[test]
fn refuses_a_tar_with_a_file_of_a_gibibyte() {
    let size = format!("{GIBIBYTE:011o}");
    let start = Tar::plugin().raw_header(&header(b'0', b"zeros", b"", size.as_bytes(), 0o644)).bytes;
    refuses_in_time(&[gz(&start), zeros(GIBIBYTE)].concat());
}

#[test]
fn refuses_a_tar_with_files_of_a_gibibyte_together() {
    let size = format!("{:011o}", 128 << 20);
    let file = |n: u8| gz(&header(b'0', &[b'a' + n], b"", size.as_bytes(), 0o644));
    let content = zeros(128 << 20);
    let files: Vec<u8> = (0..8).flat_map(|n| [file(n), content.clone()].concat()).collect();
    refuses_in_time(&[gz(&Tar::plugin().bytes), files].concat());
}

#[test]
fn refuses_a_tar_with_a_gibibyte_after_its_end() {
    refuses_in_time(&[gz(&Tar::plugin().bytes), zeros(GIBIBYTE)].concat());
}

#[test]
fn refuses_a_zip_with_a_file_of_a_gibibyte() {
    let entry = Entry::deflated("zeros", &vec![0; 16 << 20]);
    refuses_in_time(&Zip::plugin([entry.with(|entry| entry.size = 1 << 30)]).bytes());
}

#[test]
fn reads_many_empty_gzip_members_in_time() {
    let arena = Arena::new();
    let empty = gz(b"").repeat(100_000);
    let start = Instant::now();
    arena.unpack(&[gz(&Tar::plugin().ended()), empty].concat(), &Limits::default()).unwrap();
    assert!(start.elapsed() < TIME, "{:?}", start.elapsed());
    assert_eq!(arena.take_unpacked().len(), 1);
}

/// As many entries as allowed, their paths as long and as deep as allowed.
#[test]
fn reads_the_largest_tree_of_names_in_time() {
    let arena = Arena::new();
    let folder = format!("{}/", "n".repeat(31)).repeat(31);
    let records = |n: usize| pax_record("path", format!("{folder}{n:032}").as_bytes());
    let entries = Limits::default().entries - 1 - 31;
    let tar = (0..entries).fold(Tar::plugin(), |tar, n| tar.extension(b'x', records(n)).file("cut", ""));
    let archive = tar.gz();
    let start = Instant::now();
    let unpacked = arena.unpack(&archive, &Limits::default()).unwrap();
    assert!(start.elapsed() < TIME, "{:?}", start.elapsed());
    assert_eq!(unpacked.entries, Limits::default().entries);
}
