//! A request's path, normalised once as the WHATWG URL parser does it: dot
//! segments resolved (also as `%2e`), `\` read as `/`, forbidden bytes encoded.

use std::borrow::Cow;
use std::fmt;

use url::Url;

/// A path that the URL parser would leave as it is. Everything that decides or
/// answers sees only this form, so that no stage reads the path another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormalPath(String);

/// The request's target is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request's target is not a path: send one that begins with `/`")]
pub struct NotAPath;

impl NormalPath {
    /// Normalises the path of a request's target, without its query.
    pub fn new(path: &str) -> Result<Self, NotAPath> {
        if !path.starts_with(['/', '\\']) || path.contains(['?', '#']) {
            return Err(NotAPath);
        }
        if is_plain(path) {
            return Ok(Self(path.to_owned()));
        }
        let url = Url::parse(&format!("http://h{path}")).map_err(|_| NotAPath)?;
        // The URL standard encodes `^` in paths, and so does Bun; the parser does not yet.
        Ok(Self(url.path().replace('^', "%5E")))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first segment without slashes, and the rest, which is empty or
    /// begins with a slash.
    pub fn split_base(&self) -> (&str, &str) {
        let path = &self.0[1..];
        path.split_at(path.find('/').unwrap_or(path.len()))
    }
}

impl fmt::Display for NormalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Most paths: nothing in them that the parser could change. A dot may begin a
/// dot segment and a percent sign may encode one.
fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~!$&'()*+,;=:@".contains(&byte);
    path.bytes().all(plain)
}

/// A pattern's character as a normalised path holds it.
pub(super) fn encoded(c: char) -> String {
    let mut buffer = [0; 4];
    let text: Cow<'_, str> = percent_encoding::utf8_percent_encode(c.encode_utf8(&mut buffer), PATH).into();
    text.into_owned()
}

/// The URL standard's path percent-encode set, as far as patterns can hold it.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'^')
    .add(b'{')
    .add(b'}');

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row is what `new URL(path, "http://h").pathname` gives; the same
    /// table runs against a real URL parser in the suite.
    #[test]
    fn normalises_as_the_url_standard_says() {
        let table = [
            ("/a/b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/%2e%2E/b", "/b"),
            ("/a/.%2e/b", "/b"),
            ("/a/./b/", "/a/b/"),
            ("/a\\..\\b", "/b"),
            ("\\a", "/a"),
            ("/../../a", "/a"),
            ("/a//b", "/a//b"),
            ("/a/..", "/"),
            ("/a/b/..%2fc", "/a/b/..%2fc"),
            ("/%61", "/%61"),
            ("/a b", "/a%20b"),
            ("/é", "/%C3%A9"),
            ("/a/...", "/a/..."),
            ("/a/%2e", "/a/"),
            ("/a;x=1/../b", "/b"),
        ];
        for (path, expected) in table {
            assert_eq!(NormalPath::new(path).unwrap().as_str(), expected, "{path}");
        }
        for path in ["", "*", "a/b", "http://h/a", "/a?b", "/a#b"] {
            assert!(NormalPath::new(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn splits_at_the_first_segment_only() {
        let split = |path| NormalPath::new(path).unwrap().split_base().0.to_owned();
        assert_eq!(NormalPath::new("/hello/x/y").unwrap().split_base(), ("hello", "/x/y"));
        assert_eq!(
            (split("/"), split("/hello"), split("//hello")),
            (String::new(), "hello".into(), String::new())
        );
    }
}
