//! In: an HTML page. Out: the same page with `<base href="/base/">` first in its
//! head, so that relative addresses work wherever in the application it is shown.

use davit_plugin::Base;

use super::html::{Token, tokens};

/// What may stand in a head (HTML, "in head" insertion mode).
const IN_HEAD: [&[u8]; 11] = [
    b"base",
    b"basefont",
    b"bgsound",
    b"link",
    b"meta",
    b"noframes",
    b"noscript",
    b"script",
    b"style",
    b"template",
    b"title",
];

/// Puts the base into the page, unless the page has one of its own with an address.
pub(super) fn inject(html: &[u8], base: &Base) -> Vec<u8> {
    let Some(at) = place(html) else { return html.to_vec() };
    let tag = format!("<base href=\"/{}/\">", base.segment());
    [&html[..at], tag.as_bytes(), &html[at..]].concat()
}

/// Where the head begins, be it written or implied; none if the head has a base
/// already.
fn place(html: &[u8]) -> Option<usize> {
    let (mut at, mut in_head) = (if html.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, false);
    for token in tokens(html, at) {
        match &token {
            Token::Doctype { end } if !in_head => at = *end,
            Token::Start { name, end, .. } if !in_head && name == b"html" => at = *end,
            Token::Start { name, end, .. } if !in_head && name == b"head" => (at, in_head) = (*end, true),
            Token::Start { name, has_address: true, .. } if name == b"base" => return None,
            Token::Start { name, .. } if IN_HEAD.contains(&&name[..]) => in_head = true,
            Token::Doctype { .. } | Token::End { .. } if !token.ends_head() => {}
            _ => break,
        }
    }
    Some(at)
}

impl Token {
    /// Whether nothing behind this end tag is in the head.
    fn ends_head(&self) -> bool {
        matches!(self, Self::End { name } if [&b"head"[..], b"body", b"html", b"br"].contains(&&name[..]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "<base href=\"/my-ui/\">";

    fn injected(html: &str) -> String {
        String::from_utf8(inject(html.as_bytes(), &"/my-ui".parse().unwrap())).unwrap()
    }

    #[test]
    fn the_base_stands_first_in_the_head_wherever_the_head_begins() {
        // `|` is where the base is expected.
        let table = [
            "<!doctype html><html><head>|<title>a</title></head><body></body></html>",
            "<!DOCTYPE HTML>\n<HTML LANG=en>\n<HEAD>|\n<LINK href=x>",
            "<html><head lang='a>b' data-x=\"<head>\">|<meta charset=utf-8>",
            "<html><head/>|<title>a</title>",
            "<!-- <head> --><!doctype html><!-- <head> --><html><!-- --><head>|<!-- c --></head>",
            "<!--><head>|</head>",
            "<!---><head>|</head>",
            "<!-- a --!><head>|</head>",
            "<!doctype html><html lang=\"en\">|<title><head></title><body>",
            "<!doctype html>|<title>a</title>",
            "<!doctype html>|\n<p>text",
            "|<title>a</title><p>b",
            "|just text <head>",
            "|",
            "\u{feff}|<title>a</title>",
            "\u{feff}<!doctype html><head>|",
            "<?xml version='1.0'?><html><head>|</head>",
            "<html>|<body><head></head>",
            "|<header>a</header><head></head>",
            "<head>|<script>document.write('<base href=\"/x/\">')</script></head>",
            "<head>|<style>/* <base href=x> */</style><title><base href=x></title></head>",
            "<head>|<noscript><base href=x></noscript><template><div></div></template></head>",
            "<head>|<!-- <base href=x> --></head>",
            "<head>|<base target=_blank></head>",
            "<head>|</head><body><base href=x></body>",
            "<head>|<title>a</title>text<base href=x>",
            "<head>|<script src=x",
            "</p><head>|</head>",
        ];
        for marked in table {
            assert_eq!(injected(&marked.replacen('|', "", 1)), marked.replacen('|', BASE, 1), "{marked}");
        }
    }

    #[test]
    fn a_page_with_a_base_of_its_own_stays_as_it_is() {
        for html in [
            "<head><base href=\"/other/\"></head>",
            "<HEAD><META charset=utf-8><BASE target=a HREF=/other/></HEAD>",
            "<!doctype html><title>a</title><base\nhref = x>",
            "<head><script>a</script ><style></style><base/href='x'></head>",
            "<head><template><p></p></template><base href=x></head>",
        ] {
            assert_eq!(injected(html), html);
        }
    }

    /// Pieces that change what the tokenizer is in the middle of.
    fn page() -> impl Strategy<Value = String> {
        let pieces = [
            "<",
            ">",
            "/",
            "!",
            "--",
            "\"",
            "'",
            "=",
            " ",
            "a",
            "é",
            "<!doctype html>",
            "<html",
            "<head",
            "</head",
            "<base",
            " href",
            "<script",
            "</script",
            "<!--",
            "-->",
            "<body",
            "<title>",
            "</title>",
            "<template",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_the_page_is_nothing_of_it_is_lost_and_one_base_is_added_at_most(page in page()) {
            let changed = injected(&page);
            prop_assert!(changed == page || changed.replacen(BASE, "", 1) == page, "{page} became {changed}");
            prop_assert_eq!(injected(&changed), changed, "twice is the same as once");
        }
    }
}
