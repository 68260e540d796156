//! Paths are normalised as the URL parser of the workers does it.

use std::path::Path;
use std::process::Command;

use davit_plugin::routes::NormalPath;
use proptest::prelude::*;

/// Paths that have fooled somebody.
const NASTY: [&str; 68] = [
    "/",
    "/a",
    "/a/",
    "//",
    "//a",
    "/a//b",
    "///a///",
    "/.",
    "/..",
    "/./",
    "/../",
    "/a/.",
    "/a/..",
    "/a/./b",
    "/a/../b",
    "/a/b/../../../c",
    "/../../a",
    "/a/..../b",
    "/.../a",
    "/a/.b",
    "/a/b.",
    "/a/..b",
    "/%2e",
    "/%2E",
    "/a/%2e/b",
    "/a/%2e%2e/b",
    "/a/%2E%2e/b",
    "/a/.%2e/b",
    "/a/%2E./b",
    "/a/%2e%2e%2fb",
    "/a/..%2fb",
    "/a/..%5cb",
    "/a/%252e%252e/b",
    "/a/%%2e/b",
    "/a\\b",
    "\\a",
    "\\\\a\\..\\b",
    "/a\\..\\b",
    "/a/..\\b",
    "/a/\\../b",
    "/a;x=1/../b",
    "/a/..;/b",
    "/;/../a",
    "/a b",
    "/a%20b",
    "/a%",
    "/a%2",
    "/a%zz",
    "/%00",
    "/a\u{7f}b",
    "/é",
    "/%c3%a9",
    "/日本/語",
    "/😀",
    "/e\u{301}",
    "/a^b",
    "/a|b",
    "/a\"b",
    "/a'b",
    "/a`b",
    "/a<b>c",
    "/a{b}c",
    "/a[b]c",
    "/a:b@c",
    "/http://x/../y",
    "/a,b=c&d+e$f!g*(h)~i",
    "/@",
    "/a/../..%2f..//b",
];

const SCRIPT: &str = "
const paths = JSON.parse(process.argv.at(-1));
const own = (p) => new URL('http://h' + p).pathname;
const relative = (p) => /^[/\\\\]{2}/.test(p) ? own(p) : new URL(p, 'http://h').pathname;
console.log(JSON.stringify(paths.map((p) => [own(p), relative(p)])));
";

/// What the real parser makes of each path: glued to an origin, as a server sees
/// it, and relative to one (two slashes at the beginning would name a host).
fn by_new_url(paths: &[&str]) -> Vec<(String, String)> {
    let bun = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/.bin/bun");
    let paths = serde_json::to_string(paths).unwrap();
    let output =
        Command::new(bun).args(["-e", SCRIPT, "--", &paths]).output().expect("bun is there: run `npm ci`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn normalises_as_new_url_does() {
    for (path, (own, relative)) in NASTY.into_iter().zip(by_new_url(&NASTY)) {
        let normal = NormalPath::new(path).unwrap();
        assert_eq!(normal.as_str(), own, "{path:?}");
        assert_eq!(normal.as_str(), relative, "{path:?}");
    }
}

fn paths() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "/", "\\", ".", "..", "%2e", "%2E", "%2f", "%25", "%", "a", ";", "^", "é", " ", "\t", "//"
        ])
        .prop_map(str::to_owned),
        "\\PC",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #[test]
    fn a_normal_path_is_printable_and_has_no_dot_segments(path in paths()) {
        if let Ok(normal) = NormalPath::new(&path) {
            prop_assert!(normal.as_str().starts_with('/'));
            prop_assert!(normal.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{normal}");
            for segment in normal.as_str().split('/') {
                let dots = segment.to_ascii_lowercase().replace("%2e", ".");
                prop_assert!(dots != "." && dots != "..", "{normal}");
            }
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(path in paths()) {
        if let Ok(normal) = NormalPath::new(&path) {
            prop_assert_eq!(&NormalPath::new(normal.as_str()).unwrap(), &normal);
        }
    }

    #[test]
    fn the_base_and_the_rest_are_the_path(path in paths()) {
        if let Ok(normal) = NormalPath::new(&path) {
            let (base, rest) = normal.split_base();
            prop_assert_eq!(format!("/{base}{rest}"), normal.as_str());
            prop_assert!(!base.contains('/') && (rest.is_empty() || rest.starts_with('/')));
        }
    }

    #[test]
    fn only_paths_are_taken(target in "\\PC{0,20}") {
        let path = target.starts_with(['/', '\\']) && !target.contains(['?', '#']);
        prop_assert_eq!(NormalPath::new(&target).is_ok(), path);
    }
}
