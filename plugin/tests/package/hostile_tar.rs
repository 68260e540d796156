//! Hostile gzip'd tars.

use std::path::Path;

use super::case::{Case, bounded, case};
use super::raw_tar::{Tar, gz, header, sum};

pub(crate) fn cases(arena: &Path) -> Vec<Case> {
    [paths(arena), names(), collisions(), links(arena), kinds(), bounds(), headers(), damage(), layouts()]
        .into_iter()
        .flatten()
        .collect()
}

/// One more entry in an otherwise good plugin.
fn file(name: impl AsRef<[u8]>) -> Vec<u8> {
    Tar::plugin().file(name, "evil").gz()
}

fn paths(arena: &Path) -> Vec<Case> {
    let absolute = arena.join("evil");
    let absolute = absolute.to_str().unwrap();
    let long = format!("{}../../evil", "a/".repeat(60));
    let in_prefix = {
        let mut header = header(b'0', b"evil", b"", b"00000000000", 0o644);
        header[345..350].copy_from_slice(b"../..");
        sum(&mut header);
        Tar::plugin().raw_header(&header).gz()
    };
    vec![
        case("a path to the parent", "PATH_TRAVERSAL", file("../evil")),
        case("a path to the parent's parents", "PATH_TRAVERSAL", file("../../../evil")),
        case("a path down and up again", "PATH_TRAVERSAL", file("a/../../evil")),
        case("a path that stays in but has ..", "PATH_TRAVERSAL", file("a/../b")),
        case("a path behind ./", "PATH_TRAVERSAL", file("./../evil")),
        case("a folder named ..", "PATH_TRAVERSAL", Tar::plugin().folder("..").gz()),
        case("a link outside", "PATH_TRAVERSAL", Tar::plugin().link("../evil", "canary").gz()),
        case("an absolute path", "PATH_TRAVERSAL", file(absolute)),
        case("an absolute path with two slashes", "PATH_TRAVERSAL", file(format!("/{absolute}"))),
        case("a drive letter", "PATH_TRAVERSAL", file("C:/evil")),
        case("a path relative to a drive", "PATH_TRAVERSAL", file("c:evil")),
        case("backslashes", "PATH_TRAVERSAL", file("a\\..\\..\\evil")),
        case("a network share", "PATH_TRAVERSAL", file("\\\\host\\share\\evil")),
        case("a GNU long name to the parent", "PATH_TRAVERSAL", {
            Tar::plugin().extension(b'L', format!("{long}\0")).file("harmless", "evil").gz()
        }),
        case("a pax path to the parent", "PATH_TRAVERSAL", {
            Tar::plugin().pax(&[("path", b"../evil")]).file("harmless", "evil").gz()
        }),
        case("a ustar prefix to the parent", "PATH_TRAVERSAL", in_prefix),
        case("a path to the parent in a top folder", "PATH_TRAVERSAL", {
            Tar::default().file("package/manifest.yaml", "name: a").file("package/../evil", "evil").gz()
        }),
    ]
}

fn names() -> Vec<Case> {
    let pax = |name: &[u8]| Tar::plugin().pax(&[("path", name)]).file("harmless", "evil").gz();
    vec![
        case("a line break in a name", "NAME_INVALID", file("a\nb")),
        case("an escape sequence in a name", "NAME_INVALID", file("a\x1b[2Jb")),
        case("a name that is not UTF-8", "NAME_INVALID", file(b"caf\xe9")),
        case("an overlong ..", "NAME_INVALID", file(b"\xc0\xae\xc0\xae/evil")),
        case("a NUL in a pax path", "NAME_INVALID", pax(b"a\0/../../evil")),
        case("a NUL in a GNU long name", "NAME_INVALID", {
            Tar::plugin().extension(b'L', "a\0b\0").file("harmless", "").gz()
        }),
        case("a name with a dot at the end", "NAME_INVALID", file("plugin.js.")),
        case("a folder with a space at the end", "NAME_INVALID", file("dist /plugin.js")),
        case("three dots", "NAME_INVALID", file("a/.../b")),
        case("a name shown in reverse", "NAME_INVALID", file("exe.\u{202e}sj.nigulp")),
        case("a file without a name", "PACKAGE_INVALID", file(".")),
        case("a link in place of the root", "PACKAGE_INVALID", Tar::plugin().link("./", "canary").gz()),
    ]
}

fn collisions() -> Vec<Case> {
    let two = |one: &str, other: &str| Tar::plugin().file(one, "1").file(other, "2").gz();
    vec![
        case("a file twice", "DUPLICATE_ENTRY", two("a", "a")),
        case("the manifest twice", "DUPLICATE_ENTRY", file("manifest.yaml")),
        case("a file twice, once with ./", "DUPLICATE_ENTRY", two("a", "./a")),
        case("a file twice, once with //", "DUPLICATE_ENTRY", two("a/b", "a//b")),
        case("a folder twice", "DUPLICATE_ENTRY", Tar::plugin().folder("a/").folder("a").gz()),
        case(
            "a link over a file",
            "DUPLICATE_ENTRY",
            Tar::plugin().file("a", "").link("a", "manifest.yaml").gz(),
        ),
        case("a file over a link", "DUPLICATE_ENTRY", {
            Tar::plugin().link("a", "manifest.yaml").file("a", "evil").gz()
        }),
        case("names that differ in case", "CASE_COLLISION", two("Plugin.js", "plugin.js")),
        case("names that differ in case beyond ASCII", "CASE_COLLISION", two("ÄRGER", "ärger")),
        case("a long s and an s", "CASE_COLLISION", two("plugin.j\u{17f}", "plugin.js")),
        case("a Kelvin sign and a k", "CASE_COLLISION", two("\u{212a}", "k")),
        case("implied folders that differ in case", "CASE_COLLISION", two("Dist/a", "dist/b")),
        case("a folder and a file that differ in case", "CASE_COLLISION", two("Dist", "dist/b")),
        case("a second manifest in other case", "CASE_COLLISION", file("MANIFEST.yaml")),
        case("a file and below it another", "PATH_CONFLICT", two("a", "a/b")),
        case("a file over a folder", "PATH_CONFLICT", two("a/b", "a")),
        case("a folder over a file", "PATH_CONFLICT", Tar::plugin().file("a", "").folder("a").gz()),
        case("a link over a folder", "PATH_CONFLICT", Tar::plugin().file("a/b", "").link("a", ".").gz()),
        case(
            "a folder over a link",
            "PATH_CONFLICT",
            Tar::plugin().link("a", "manifest.yaml").folder("a").gz(),
        ),
    ]
}

fn links(arena: &Path) -> Vec<Case> {
    let link = |target: &str| Tar::plugin().link("l", target).gz();
    let absolute = arena.join("canary");
    let absolute = absolute.to_str().unwrap();
    let many = (0..5).fold(Tar::plugin(), |tar, n| tar.link(format!("l{n}"), "manifest.yaml"));
    let target = |n: usize| format!("{}l{}", "d/../".repeat(30), n + 1);
    let long = (0..3).fold(Tar::plugin().folder("d").file("l3", ""), |tar, n| {
        tar.extension(b'K', target(n)).link(format!("l{n}"), "")
    });
    let chain = (0..60)
        .fold(Tar::plugin().file("l60", ""), |tar, n| tar.link(format!("l{n}"), format!("l{}", n + 1)));
    vec![
        case("a write through a link in the tree", "PATH_THROUGH_LINK", {
            Tar::plugin().folder("dir").link("l", "dir").file("l/x", "evil").gz()
        }),
        case("a write through a link out of the tree", "PATH_THROUGH_LINK", {
            Tar::plugin().link("l", "../../canaries").file("l/manifest.yaml", "evil").gz()
        }),
        case(
            "a folder through a link",
            "PATH_THROUGH_LINK",
            Tar::plugin().link("l", "..").folder("l/evil").gz(),
        ),
        case("a link through a link", "PATH_THROUGH_LINK", {
            Tar::plugin().folder("dir").link("l", "dir").link("l/m", "../manifest.yaml").gz()
        }),
        case("an absolute link", "LINK_ESCAPES", link(absolute)),
        case("a link to the file system's root", "LINK_ESCAPES", link("/")),
        case("a link to a drive", "LINK_ESCAPES", link("C:/evil")),
        case("a link with backslashes", "LINK_ESCAPES", link("..\\canary")),
        case("a link to the parent", "LINK_ESCAPES", link("../canary")),
        case("a link to the parent itself", "LINK_ESCAPES", link("..")),
        case(
            "a link down and up again",
            "LINK_ESCAPES",
            Tar::plugin().file("d/f", "").link("d/l", "../../canary").gz(),
        ),
        case("a link that leaves and comes back", "LINK_ESCAPES", link("../into/manifest.yaml")),
        // By its text alone `d/up/../canary` stays inside; following `d/up` it does not.
        case("a link that leaves through another", "LINK_ESCAPES", {
            Tar::plugin().link("d/up", "..").link("l", "d/up/../canary").gz()
        }),
        case("a chain of links that leaves", "LINK_ESCAPES", {
            Tar::plugin().link("a", "b").link("b", "d/c").link("d/c", "../../canary").gz()
        }),
        case("a link out of the top folder that is stripped", "LINK_ESCAPES", {
            Tar::default()
                .file("package/manifest.yaml", "")
                .link("package/l", "../package/manifest.yaml")
                .gz()
        }),
        case("a GNU long link target to the parent", "LINK_ESCAPES", {
            let target = format!("{}../../canary\0", "d/../".repeat(20));
            Tar::plugin().folder("d").extension(b'K', target).link("l", "manifest.yaml").gz()
        }),
        case("a pax link target to the parent", "LINK_ESCAPES", {
            Tar::plugin().pax(&[("linkpath", b"../canary")]).link("l", "manifest.yaml").gz()
        }),
        case("a link to nothing", "LINK_BROKEN", link("missing")),
        case("a link without a target", "LINK_BROKEN", link("")),
        case("a link to a name in other case", "LINK_BROKEN", link("MANIFEST.yaml")),
        case("a link through a file", "LINK_BROKEN", link("manifest.yaml/x")),
        case("a link to itself", "LINK_BROKEN", link("l")),
        case("links in a circle", "LINK_BROKEN", Tar::plugin().link("a", "b").link("b", "a").gz()),
        case(
            "a circle through folders",
            "LINK_BROKEN",
            Tar::plugin().link("d/a", "../e/b/x").link("e/b", "../d/a").gz(),
        ),
        case("a chain of sixty links", "LINK_BROKEN", chain.gz()),
        case("a line break in a link's target", "NAME_INVALID", link("a\nb")),
        case("a link target of two kilobytes", "PATH_TOO_LONG", {
            Tar::plugin().extension(b'K', "./".repeat(1_024)).link("l", "").gz()
        }),
        case("a link target of many segments", "PATH_TOO_DEEP", {
            Tar::plugin().folder("d").extension(b'K', "d/../".repeat(50)).link("l", "").gz()
        }),
        bounded("more links than allowed", "TOO_MANY_LINKS", many.gz(), |limits| limits.links = 4),
        bounded("links that take long to follow", "TOO_MANY_LINKS", long.gz(), |limits| limits.links = 4),
    ]
}

fn kinds() -> Vec<Case> {
    let special = |kind: u8, target: &str| Tar::plugin().special(kind, "x", target).gz();
    vec![
        case("a hard link in the tree", "UNSUPPORTED_ENTRY", special(b'1', "manifest.yaml")),
        case("a hard link out of the tree", "UNSUPPORTED_ENTRY", special(b'1', "/etc/passwd")),
        case("a character device", "UNSUPPORTED_ENTRY", special(b'3', "")),
        case("a block device", "UNSUPPORTED_ENTRY", special(b'4', "")),
        case("a named pipe", "UNSUPPORTED_ENTRY", special(b'6', "")),
        case("a GNU sparse file", "UNSUPPORTED_ENTRY", special(b'S', "")),
        case("a pax sparse file", "UNSUPPORTED_ENTRY", {
            let records: [(&str, &[u8]); 2] =
                [("GNU.sparse.major", b"1"), ("GNU.sparse.realsize", b"1099511627776")];
            Tar::plugin().pax(&records).file("x", "").gz()
        }),
        case("a volume label", "UNSUPPORTED_ENTRY", special(b'V', "")),
        case("a continuation of another volume", "UNSUPPORTED_ENTRY", special(b'M', "")),
        case("an unknown kind", "UNSUPPORTED_ENTRY", special(b'!', "")),
        case(
            "a folder with content",
            "PACKAGE_INVALID",
            Tar::plugin().entry(b'5', "x", "", "evil", 0o755).gz(),
        ),
        case("a link with content", "PACKAGE_INVALID", {
            Tar::plugin().entry(b'2', "x", "manifest.yaml", "evil", 0o777).gz()
        }),
        case("an old folder with content", "PACKAGE_INVALID", file("x/")),
    ]
}

fn bounds() -> Vec<Case> {
    let files = |count: usize| (0..count).fold(Tar::plugin(), |tar, n| tar.file(format!("f{n}"), [7; 100]));
    let zeros = vec![0; 1 << 20];
    let name = "n".repeat(90);
    vec![
        bounded("more packed bytes than allowed", "PACKAGE_TOO_LARGE", file("a"), |limits| {
            limits.packed = 100;
        }),
        bounded(
            "a file larger than allowed",
            "PACKAGE_TOO_LARGE",
            Tar::plugin().file("z", &zeros).gz(),
            |limits| {
                limits.unpacked = 1 << 19;
            },
        ),
        bounded("files larger than allowed together", "PACKAGE_TOO_LARGE", files(20).gz(), |limits| {
            limits.unpacked = 1_999;
        }),
        bounded(
            "a global header larger than allowed",
            "PACKAGE_TOO_LARGE",
            Tar::plugin().extension(b'g', &zeros).gz(),
            |limits| (limits.unpacked, limits.entries) = (1 << 16, 10),
        ),
        bounded(
            "an end of zeros larger than allowed",
            "PACKAGE_TOO_LARGE",
            Tar { bytes: [Tar::plugin().ended(), zeros.clone()].concat(), ..Tar::default() }.gz(),
            |limits| (limits.unpacked, limits.entries) = (1 << 16, 10),
        ),
        bounded("more files than allowed", "TOO_MANY_ENTRIES", files(20).gz(), |limits| limits.entries = 20),
        bounded(
            "more implied folders than allowed",
            "TOO_MANY_ENTRIES",
            file("a/b/c/d/e/f/g/h/i/j"),
            |limits| {
                limits.entries = 10;
            },
        ),
        case("a path too deep", "PATH_TOO_DEEP", file(format!("{}x", "d/".repeat(32)))),
        case("a path too long", "PATH_TOO_LONG", {
            Tar::plugin().pax(&[("path", format!("{name}/").repeat(12).as_bytes())]).file("x", "").gz()
        }),
        case("a path long by saying nothing", "PATH_TOO_LONG", {
            Tar::plugin().extension(b'L', "./".repeat(600)).file("x", "").gz()
        }),
        case(
            "a segment too long",
            "PATH_TOO_LONG",
            Tar::plugin().extension(b'L', "n".repeat(256)).file("x", "").gz(),
        ),
        case("a GNU long name of a megabyte", "HEADER_TOO_LARGE", {
            Tar::plugin().extension(b'L', "n".repeat(1 << 20)).file("x", "").gz()
        }),
        case(
            "a pax header of a megabyte",
            "HEADER_TOO_LARGE",
            Tar::plugin().pax(&[("a", &zeros)]).file("x", "").gz(),
        ),
    ]
}

fn headers() -> Vec<Case> {
    let raw =
        |size: &[u8]| Tar::plugin().raw_header(&header(b'0', b"x", b"", size, 0o644)).content("evil").gz();
    let bad_sum = {
        let mut header = header(b'0', b"x", b"", b"00000000000", 0o644);
        header[0] = b'y';
        Tar::plugin().raw_header(&header).gz()
    };
    let bad_mode = {
        let mut header = header(b'0', b"x", b"", b"00000000000", 0o644);
        header[100..107].copy_from_slice(b"rw-r--r");
        sum(&mut header);
        Tar::plugin().raw_header(&header).gz()
    };
    vec![
        case("a header with a wrong sum", "PACKAGE_INVALID", bad_sum),
        case("a mode that is no number", "PACKAGE_INVALID", bad_mode),
        case("a size that is no number", "PACKAGE_INVALID", raw(b"zzzzzzzzzzz")),
        case("a negative size", "PACKAGE_INVALID", raw(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfc")),
        case("a size of exabytes", "PACKAGE_TOO_LARGE", raw(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff")),
        case(
            "a pax size that differs",
            "PACKAGE_INVALID",
            Tar::plugin().pax(&[("size", b"512")]).file("x", "evil").gz(),
        ),
        case(
            "a pax size that is no number",
            "PACKAGE_INVALID",
            Tar::plugin().pax(&[("size", b"-4")]).file("x", "evil").gz(),
        ),
        case("two pax paths", "PACKAGE_INVALID", {
            Tar::plugin().pax(&[("path", b"a"), ("path", b"../evil")]).file("x", "").gz()
        }),
        case("a GNU long name and a pax path", "PACKAGE_INVALID", {
            Tar::plugin().extension(b'L', "a\0").pax(&[("path", b"../evil")]).file("x", "").gz()
        }),
        case("two GNU long names", "PACKAGE_INVALID", {
            Tar::plugin().extension(b'L', "a\0").extension(b'L', "../evil\0").file("x", "").gz()
        }),
        case("a pax record with a wrong length", "PACKAGE_INVALID", {
            Tar::plugin().extension(b'x', "99 path=../evil\n").file("x", "").gz()
        }),
        case(
            "pax records that are none",
            "PACKAGE_INVALID",
            Tar::plugin().extension(b'x', "evil").file("x", "").gz(),
        ),
        case("an end after an extended header", "PACKAGE_INVALID", Tar::plugin().extension(b'L', "a\0").gz()),
    ]
}

fn damage() -> Vec<Case> {
    let good = Tar::plugin().file("x", vec![7; 5_000]);
    let whole = good.clone().gz();
    let cut = |length: usize| gz(&good.bytes[..length]);
    let mut bad_crc = whole.clone();
    let at = bad_crc.len() - 8;
    bad_crc[at] ^= 1;
    vec![
        case("nothing", "INVALID_FILE_TYPE", Vec::new()),
        case("text", "INVALID_FILE_TYPE", b"name: hostile\n".to_vec()),
        case("a tar without gzip", "INVALID_FILE_TYPE", good.clone().ended()),
        case("xz", "INVALID_FILE_TYPE", b"\xfd7zXZ\0\0\x04".to_vec()),
        case("gzip's first bytes and no more", "PACKAGE_INVALID", b"\x1f\x8b\x08\0".to_vec()),
        case("text in gzip", "PACKAGE_INVALID", gz("evil ".repeat(1_000).as_bytes())),
        case("a gzip cut short", "PACKAGE_INVALID", whole[..whole.len() / 2].to_vec()),
        case("a gzip without its sum", "PACKAGE_INVALID", whole[..whole.len() - 8].to_vec()),
        case("a gzip with a wrong sum", "PACKAGE_INVALID", bad_crc),
        case("text after the gzip", "PACKAGE_INVALID", [&whole[..], b"evil"].concat()),
        case("a tar cut within a header", "PACKAGE_INVALID", cut(1_200)),
        case("a tar cut within a file", "PACKAGE_INVALID", cut(3_000)),
        case("a tar cut within a file's padding", "PACKAGE_INVALID", cut(6_540)),
        case("a tar cut within an extended header", "PACKAGE_INVALID", {
            gz(&Tar::plugin().extension(b'L', "a".repeat(200)).bytes[..1_600])
        }),
        case("a second tar after the end", "PACKAGE_INVALID", {
            gz(&[good.clone().ended(), Tar::plugin().file("../evil", "").ended()].concat())
        }),
        case("a second gzip'd tar after the end", "PACKAGE_INVALID", [whole.clone(), whole].concat()),
    ]
}

fn layouts() -> Vec<Case> {
    vec![
        case("an empty tar", "NO_MANIFEST", Tar::default().gz()),
        case("an empty gzip", "NO_MANIFEST", gz(b"")),
        case("no manifest", "NO_MANIFEST", Tar::default().file("plugin.js", "").gz()),
        case("a manifest two folders down", "NO_MANIFEST", Tar::default().file("a/b/manifest.yaml", "").gz()),
        case("two top folders with manifests", "NO_MANIFEST", {
            Tar::default().file("a/manifest.yaml", "").file("b/manifest.yaml", "").gz()
        }),
        case("a top folder and a file beside it", "NO_MANIFEST", {
            Tar::default().file("package/manifest.yaml", "").file("README.md", "").gz()
        }),
        case("a folder named manifest.yaml", "NO_MANIFEST", Tar::default().folder("manifest.yaml").gz()),
        case("a link named manifest.yaml", "NO_MANIFEST", {
            Tar::default().file("plugin.yaml", "").link("manifest.yaml", "plugin.yaml").gz()
        }),
    ]
}
