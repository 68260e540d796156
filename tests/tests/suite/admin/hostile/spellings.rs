//! Paths that lead out, in every spelling and in every place where an archive names one.

use super::Hostile;
use super::raw_tar::Tar;
use super::raw_zip::{Entry, Zip};

const TRAVERSAL: &str = "PATH_TRAVERSAL";
const NAME: &str = "NAME_INVALID";

/// Names of files, and how they are refused.
const SPELLINGS: [(&[u8], &str); 30] = [
    (b"../evil.txt", TRAVERSAL),
    (b"../../../../../../evil.txt", TRAVERSAL),
    (b"./../evil.txt", TRAVERSAL),
    (b".//..//evil.txt", TRAVERSAL),
    (b"a/../../evil.txt", TRAVERSAL),
    (b"a/b/../../../evil.txt", TRAVERSAL),
    (b"a/..", TRAVERSAL),
    (b"a/../b", TRAVERSAL),
    (b"..", TRAVERSAL),
    (b"../..", TRAVERSAL),
    (b"/evil.txt", TRAVERSAL),
    (b"//evil.txt", TRAVERSAL),
    (b"/../evil.txt", TRAVERSAL),
    (b"C:/evil.txt", TRAVERSAL),
    (b"c:evil.txt", TRAVERSAL),
    (b"C:\\evil.txt", TRAVERSAL),
    (b"..\\evil.txt", TRAVERSAL),
    (b"a\\..\\..\\evil.txt", TRAVERSAL),
    (b"\\evil.txt", TRAVERSAL),
    (b"\\\\host\\share\\evil.txt", TRAVERSAL),
    (b"\\\\?\\C:\\evil.txt", TRAVERSAL),
    (b"..\\../evil.txt", TRAVERSAL),
    (b".. /evil.txt", NAME),
    (b".../evil.txt", NAME),
    (b"a/... /evil.txt", NAME),
    (b"\xc0\xae\xc0\xae/evil.txt", NAME),
    (b"..\xc0\xafevil.txt", NAME),
    (b"\xe0\x80\xae\xe0\x80\xae/evil.txt", NAME),
    (b"..\x7f/evil.txt", NAME),
    (b"a/\x1b]0;evil\x07", NAME),
];

/// Places of a name.
type Place = (&'static str, fn(&[u8]) -> Vec<u8>);

const PLACES: [Place; 6] = [
    ("a tar's header", |name| Tar::plugin().file(name, "evil").gz()),
    ("a pax path", |name| Tar::plugin().pax(&[("path", name)]).file("harmless", "evil").gz()),
    ("a GNU long name", |name| {
        Tar::plugin().extension(b'L', [name, b"\0"].concat()).file("harmless", "evil").gz()
    }),
    ("a tar's top folder", |name| {
        let below = [b"package/", name].concat();
        Tar::default().file("package/manifest.yaml", "name: hostile\n").file(below, "evil").gz()
    }),
    ("a tar's link", |name| Tar::plugin().link(name, "manifest.yaml").gz()),
    ("a zip", |name| Zip::plugin([Entry::file(name, b"evil")]).bytes()),
];

pub(super) fn cases() -> Vec<Hostile> {
    let each = |(place, archive): &Place| {
        let of = |(name, code): &(&[u8], &'static str)| {
            // Below a top folder a leading slash says nothing; a drive letter is a name.
            let says_nothing = place.contains("top folder") && !leads_out_below(name);
            let shown = name.escape_ascii();
            (!says_nothing).then(|| Hostile::new(format!("{shown} in {place}"), code, archive(name)))
        };
        SPELLINGS.iter().filter_map(of).collect::<Vec<_>>()
    };
    PLACES.iter().flat_map(each).collect()
}

fn leads_out_below(name: &[u8]) -> bool {
    !matches!(name, [b'/', b'/' | b'e', ..] | [b'C' | b'c', b':', b'/' | b'e', ..])
}
