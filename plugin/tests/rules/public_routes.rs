//! Public routes against a naive matcher.

use davit_plugin::routes::{Methods, NormalPath, PublicRoutes, check_pattern};
use proptest::prelude::*;

/// One piece of a pattern.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Deep,
    Segment,
    One,
    Byte(u8),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("**") { 2 } else { c.len_utf8() };
        match &rest[..length] {
            "**" => pieces.push(Piece::Deep),
            "*" => pieces.push(Piece::Segment),
            "?" => pieces.push(Piece::One),
            literal => pieces.extend(
                NormalPath::new(&format!("/x{literal}")).unwrap().as_str()[2..].bytes().map(Piece::Byte),
            ),
        }
        rest = &rest[length..];
    }
    pieces
}

fn matches(pieces: &[Piece], path: &[u8]) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return path.is_empty() };
    let longest = match piece {
        Piece::Byte(byte) => return path.first() == Some(byte) && matches(rest, &path[1..]),
        Piece::One => return path.first().is_some_and(|&byte| byte != b'/') && matches(rest, &path[1..]),
        Piece::Deep => path.len(),
        Piece::Segment => path.iter().position(|&byte| byte == b'/').unwrap_or(path.len()),
    };
    (0..=longest).any(|taken| matches(rest, &path[taken..]))
}

fn routes(routes: &[(Methods, &str)]) -> PublicRoutes {
    PublicRoutes::compile(routes.iter().map(|&(methods, pattern)| (methods, pattern.to_owned()))).unwrap()
}

proptest! {
    #[test]
    fn a_pattern_opens_what_the_naive_matcher_says(pattern in r"/(\*\*|\*|\?|[ab/.+$^|(é{%]){0,8}", path in r"/[ab/.+$^|(é{%]{0,10}") {
        prop_assume!(check_pattern(&pattern).is_ok());
        let path = NormalPath::new(&path).unwrap();
        let compiled = routes(&[(Methods::Get, &pattern)]);
        prop_assert_eq!(compiled.allow("GET", path.as_str()), matches(&pieces(&pattern), path.as_str().as_bytes()));
    }

    #[test]
    fn any_of_the_patterns_will_do(patterns in prop::collection::vec(r"/(\*\*|\*|[ab/]){0,5}", 1..5), path in "/[ab/]{0,6}") {
        let all: Vec<(Methods, &str)> = patterns.iter().map(|pattern| (Methods::Post, pattern.as_str())).collect();
        let expected = patterns.iter().any(|pattern| matches(&pieces(pattern), path.as_bytes()));
        prop_assert_eq!(routes(&all).allow("POST", &path), expected);
    }

    #[test]
    fn compiling_never_panics(pattern in "\\PC{0,40}") {
        let checked = check_pattern(&pattern).is_ok();
        prop_assert_eq!(PublicRoutes::compile([(Methods::All, pattern)]).is_ok(), checked);
    }
}

#[test]
fn opens_the_union_of_all_and_the_methods_own() {
    let routes = routes(&[
        (Methods::All, "/all"),
        (Methods::Get, "/get"),
        (Methods::Head, "/head"),
        (Methods::Post, "/post"),
    ]);
    let open = |path: &str| -> Vec<&str> {
        let methods = [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "CONNECT", "TRACE",
            "ALL", "get", "",
        ];
        methods.into_iter().filter(|method| routes.allow(method, path)).collect()
    };
    assert_eq!(open("/all"), ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
    assert_eq!(open("/get"), ["GET", "HEAD"]);
    assert_eq!(open("/head"), ["HEAD"]);
    assert_eq!(open("/post"), ["POST"]);
    assert!(open("/none").is_empty());
}

#[test]
fn matches_as_the_contract_says() {
    let table = [
        ("/api/public/**", "/api/public/x", true),
        ("/api/public/**", "/api/public/x/y", true),
        ("/api/public/**", "/api/public/", true),
        ("/api/public/**", "/api/public", false),
        ("/api/public/**", "/x/api/public/y", false),
        ("/api/*", "/api/x", true),
        ("/api/*", "/api/x/y", false),
        ("/api/*/end", "/api/x/end", true),
        ("/api/*.js", "/api/a.js", true),
        ("/api/*.js", "/api/ajs", false),
        ("/v?", "/v1", true),
        ("/v?", "/v", false),
        ("/v?", "/v/", false),
        ("/v?", "/v10", false),
        ("/", "/", true),
        ("/", "/x", false),
        ("/a", "/a/", false),
        ("/a", "/A", false),
        ("/**", "/", true),
        ("/a+(b)", "/a+(b)", true),
        ("/a+(b)", "/aab", false),
        ("/é", "/%C3%A9", true),
        ("/a^", "/a%5E", true),
    ];
    for (pattern, path, open) in table {
        assert_eq!(routes(&[(Methods::Get, pattern)]).allow("GET", path), open, "{pattern} {path}");
    }
}

#[test]
fn refuses_patterns_that_no_path_can_match() {
    let long = format!("/{}", "x".repeat(256));
    for pattern in ["", "api", "*", "/a b", "/a#b", "/a\\b", "/a/../b", "/./a", "/a/..", "/a\n", &long] {
        assert!(check_pattern(pattern).is_err(), "{pattern:?}");
    }
}
