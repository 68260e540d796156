//! Files of other types, whatever their names say, and names of other types.

use super::Hostile;
use super::raw_tar::{Tar, gz};
use super::raw_zip::Zip;

const TYPE: &str = "INVALID_FILE_TYPE";
const DAMAGED: &str = "PACKAGE_INVALID";

/// The first bytes of files that are no package.
const MAGIC: [(&str, &[u8], &str); 24] = [
    ("a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", TYPE),
    ("a JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF", TYPE),
    ("a GIF", b"GIF89a\x01\0\x01\0", TYPE),
    ("a page", b"<!doctype html><script>alert(1)</script>", TYPE),
    ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", TYPE),
    ("a RAR", b"Rar!\x1a\x07\x01\0", TYPE),
    ("a 7z", b"7z\xbc\xaf\x27\x1c\0\x04", TYPE),
    ("a bzip2", b"BZh91AY&SY", TYPE),
    ("a zstd", b"\x28\xb5\x2f\xfd\x04\0", TYPE),
    ("an lz4", b"\x04\x22\x4d\x18", TYPE),
    ("a compress", b"\x1f\x9d\x90", TYPE),
    ("a PDF", b"%PDF-1.7\n", TYPE),
    ("a program", b"\x7fELF\x02\x01\x01\0", TYPE),
    ("a script", b"#!/bin/sh\nrm -rf /\n", TYPE),
    ("JSON", b"{\"name\":\"hostile\"}", TYPE),
    ("a cpio", b"070701000000010000", TYPE),
    ("an ar", b"!<arch>\n", TYPE),
    ("one byte of a gzip", b"\x1f", TYPE),
    ("a gzip of another method", b"\x1f\x8b\x07\0\0\0\0\0\0\x03", TYPE),
    ("two bytes of a zip", b"PK", TYPE),
    ("a spanned zip", b"PK\x07\x08PK\x03\x04", TYPE),
    ("four bytes of a zip", b"PK\x03\x04", DAMAGED),
    ("zeros", &[0; 4096], TYPE),
    ("a gzip's head alone", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", DAMAGED),
];

/// Names of files that are no package's.
const NAMES: [&str; 10] = [
    "hostile.tar",
    "hostile.rar",
    "hostile.tgz.exe",
    "hostile",
    "tgz",
    "hostile.tgz.",
    "hostile.tgz/",
    "hostile.tar.xz",
    "hostile.zip .html",
    "../../hostile.jar",
];

pub(super) fn cases() -> Vec<Hostile> {
    let magic = MAGIC.map(|(name, bytes, code)| Hostile::new(name, code, bytes.to_owned()));
    let good = Tar::plugin().file("plugin.ts", "export default {};\n").gz();
    let names = NAMES.map(|file| Hostile { file, ..Hostile::new(file, TYPE, good.clone()) });
    let wrapped = [
        ("a page in a gzip", gz("<!doctype html>".repeat(200).as_bytes())),
        ("a gzip in a gzip", gz(&good)),
        ("a zip in a gzip", gz(&Zip::plugin([]).bytes())),
        ("a gzip behind text", [b"text", &good[..]].concat()),
    ];
    let wrapped = wrapped.into_iter().map(|(name, bytes)| {
        let code = if bytes.starts_with(b"text") { TYPE } else { DAMAGED };
        Hostile::new(name, code, bytes)
    });
    magic.into_iter().chain(names).chain(wrapped).collect()
}
