//! Tells the names that bundlers give to files by their bytes: such a file never
//! changes under its name.

/// Whether the file's name holds a hash of its bytes, as those of Vite
/// (`index-BfJ3xk2a.js`), webpack (`main.3f2a1b9c.css`), esbuild
/// (`chunk-5DUIDQ5F.js`) and Bun (`index-qz3d1e2f.js`) do, or lies in SvelteKit's
/// `immutable` folder. HTML is never meant.
///
/// A wrong yes would be kept by browsers for a year, a wrong no only costs them a
/// question: what may as well be a word, a date or a size is no hash.
pub(super) fn is_hash_named(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut parts: Vec<&str> = name.split('.').collect();
    let html = parts.iter().any(|part| part.eq_ignore_ascii_case("html") || part.eq_ignore_ascii_case("htm"));
    let (true, false) = (parts.pop().is_some_and(|extension| !extension.is_empty()), html) else {
        return false;
    };
    let Some((stem, rest)) = parts.split_first() else { return false };
    let in_rest = rest.iter().any(|part| is_hash(part) || ends_with_hash(part));
    in_rest || ends_with_hash(stem) || is_long_hex(stem) || folder.split('/').any(|name| name == "immutable")
}

/// Behind the last hyphen, or the last eight characters: a base64url hash may have
/// hyphens of its own.
fn ends_with_hash(part: &str) -> bool {
    let last = part.rsplit_once('-').is_some_and(|(_, last)| is_hash(last));
    let split = part.len().checked_sub(9).filter(|&at| part.as_bytes()[at] == b'-');
    last || split.is_some_and(|at| is_eight(&part.as_bytes()[at + 1..]))
}

fn is_hash(text: &str) -> bool {
    is_long_hex(text) || is_short_hex(text) || is_eight(text.as_bytes())
}

/// No word is as long as that.
fn is_long_hex(text: &str) -> bool {
    is_hex(text) && (16..=128).contains(&text.len())
}

/// With two changes between digits and letters at least: `abc12345` may be a name.
fn is_short_hex(text: &str) -> bool {
    is_hex(text) && (8..16).contains(&text.len()) && changes(text.as_bytes()) >= 2
}

fn is_hex(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = bytes.iter().any(u8::is_ascii_digit);
    let letter = bytes.iter().any(|byte| matches!(byte, b'a'..=b'f'));
    digit && letter && bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// Eight characters of base64url, base32 or base36 that change their kind more
/// often than words do, even `OpenSans` and `web3auth`.
fn is_eight(text: &[u8]) -> bool {
    if text.len() != 8 || !text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)) {
        return false;
    }
    let digit = text.iter().any(u8::is_ascii_digit);
    let upper = text.iter().any(u8::is_ascii_uppercase);
    let lower = text.iter().any(u8::is_ascii_lowercase);
    let base32 = text.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    match (upper, lower) {
        (true, false) => digit && base32,
        (false, true) => digit && !text.contains(&b'-') && changes(text) >= 3,
        (true, true) => changes(text) >= if digit { 3 } else { 4 },
        (false, false) => false,
    }
}

/// How often the kind of character changes: small, capital, digit, other.
fn changes(text: &[u8]) -> usize {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.windows(2).filter(|pair| kind(&pair[0]) != kind(&pair[1])).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_bundlers_make_of_the_bytes_are_told_from_words_dates_and_sizes() {
        let hashed = [
            "assets/index-BfJ3xk2a.js",
            "assets/index-B-J3xk_a.css",
            "assets/Login-DkJqPzRt.js",
            "assets/logo-D8kZq1_4.svg",
            "main.3f2a1b9c.css",
            "static/js/main.3f2a1b9c.chunk.js",
            "static/js/main.3f2a1b9c.js.map",
            "runtime~main.0d1f8a2b4c6e8f901a2b.js",
            "d41d8cd98f00b204e980.png",
            "framework-0d1f8a2b4c6e8f90.js",
            "chunk-5DUIDQ5F.js",
            "chunk-XYZ23ABC.js",
            "index-qz3d1e2f.js",
            "fonts/inter-latin-400-normal-C38fXH4l.woff2",
            "_app/immutable/chunks/entry.js",
        ];
        for name in hashed {
            assert!(is_hash_named(name), "{name}");
        }
        let plain = [
            "",
            "app",
            "app.js",
            "index.html",
            "index-BfJ3xk2a.html",
            "main.3f2a1b9c.HTML",
            "_app/immutable/page.html",
            "my-component.js",
            "logo-original.png",
            "react.production.min.js",
            "jquery-3.7.1.min.js",
            "report-20261121.pdf",
            "report-1763683200.json",
            "banner-1280x720.png",
            "background-1920x1080.jpg",
            "roboto-latin400.woff2",
            "font-OpenSans.woff2",
            "OpenSans-SemiBold.ttf",
            "icon-web3auth.svg",
            "vendor-base64js.js",
            "norm-ISO27001.pdf",
            "scan-IMG20240.jpg",
            "sw-v2-beta-1.js",
            "file-550e8400-e29b-41d4-a716-446655440000.png",
            "data-abc12345.json",
            "main.3f2a1b9c",
        ];
        for name in plain {
            assert!(!is_hash_named(name), "{name}");
        }
    }
}
