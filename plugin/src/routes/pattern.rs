//! Patterns of public routes: `*` is one path segment or part of one, `**` any
//! depth, `?` one character; anchored at both ends (Buntime contract §2).

use crate::shown::shown;

/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 256;

/// The text is not a route pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a route pattern: {why}")]
pub struct InvalidPattern {
    pattern: String,
    why: &'static str,
}

/// Whether `pattern` can be compiled.
pub fn check(pattern: &str) -> Result<(), InvalidPattern> {
    let why = if !pattern.starts_with('/') {
        "it is relative to the plugin's base and begins with `/`, e.g. `/api/public/**`"
    } else if pattern.len() > MAX_LENGTH {
        "it is longer than 256 bytes"
    } else if pattern.contains(['#', '\\']) || pattern.chars().any(|c| c.is_control() || c == ' ') {
        "a path has no `#`, `\\`, spaces or control characters; write them percent-encoded"
    } else if pattern.split('/').any(|segment| matches!(segment, "." | "..")) {
        "a normalised path has no `.` or `..` segment"
    } else {
        return Ok(());
    };
    Err(InvalidPattern { pattern: shown(pattern), why })
}

/// The regular expression of a checked pattern. A normalised path is printable
/// ASCII; characters that it holds percent-encoded are encoded here too.
pub(super) fn to_regex(pattern: &str) -> String {
    let mut regex = String::from("^");
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => regex.push_str("[!-~]*"),
            '*' => regex.push_str("[!-.0-~]*"),
            '?' => regex.push_str("[!-.0-~]"),
            c => regex.push_str(&regex::escape(&super::path::encoded(c))),
        }
    }
    regex.push('$');
    regex
}

/// The patterns together are more than the matcher takes.
pub(super) fn too_complex(pattern: &str) -> InvalidPattern {
    InvalidPattern { pattern: shown(pattern), why: "with the others it is too complex: write fewer" }
}
