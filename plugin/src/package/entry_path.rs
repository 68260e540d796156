//! The path of an entry: a type that cannot hold one that leads elsewhere.

use std::path::{Path, PathBuf};

use super::limits::Limits;
use super::shown;
use super::violation::Violation;

/// A path below a package's top: segments joined by `/`, at least one, none of them
/// empty, `.`, `..`, or with a character that some system cannot hold or show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryPath(String);

impl EntryPath {
    /// The path that `raw` names; `None` for the top itself (`./`).
    pub(super) fn parse(raw: &[u8], limits: &Limits) -> Result<Option<Self>, Violation> {
        let path = || shown::name(raw);
        if raw.len() > limits.path {
            return Err(Violation::PathTooLong { path: path(), limit: limits.path });
        }
        let text = text(raw)?;
        if is_absolute(text) {
            return Err(Violation::PathTraversal { path: path() });
        }
        let mut kept = Vec::new();
        for segment in text.split('/').filter(|segment| !matches!(*segment, "" | ".")) {
            if segment == ".." {
                return Err(Violation::PathTraversal { path: path() });
            }
            check_segment(segment, limits)?;
            kept.push(segment);
        }
        if kept.len() > limits.depth {
            return Err(Violation::PathTooDeep { path: path(), limit: limits.depth });
        }
        Ok((!kept.is_empty()).then(|| Self(kept.join("/"))))
    }

    /// The path as text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The names on the way, from the top down.
    pub(super) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The folders that it lies in, from the top down.
    pub(super) fn folders(&self) -> impl Iterator<Item = Self> {
        self.0.match_indices('/').map(|(end, _)| Self(self.0[..end].to_owned()))
    }

    /// Whether it lies below `folder` (`None`: the top) or is an entry of it.
    pub(super) fn is_below(&self, folder: Option<&Self>) -> bool {
        folder.is_none_or(|folder| self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Where it lies on disk, below `folder`.
    pub(super) fn on_disk(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    /// The path for messages.
    pub(super) fn shown(&self) -> String {
        shown::name(self.0.as_bytes())
    }
}

/// What two paths have in common that are one where case does not count: each character
/// to upper, then to lower case, which also joins `ſ` and `s`, `ς` and `σ`. Composed and
/// decomposed forms stay apart; staging never overwrites, should a disk join them.
pub(super) fn folded(path: &str) -> String {
    path.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// `raw` as text without characters that hide or reorder what a person sees.
pub(super) fn text(raw: &[u8]) -> Result<&str, Violation> {
    let invalid = |why| Violation::NameInvalid { path: shown::name(raw), why };
    let text = std::str::from_utf8(raw).map_err(|_| invalid("is not UTF-8"))?;
    // Directional overrides and isolates (Unicode TR 36, "bidirectional text spoofing").
    let reorders = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.chars().find(|c| c.is_control() || reorders(*c)) {
        Some(_) => Err(invalid("has a control character")),
        None => Ok(text),
    }
}

/// Whether a path starts somewhere else, on any system that may read it. A backslash
/// counts: it is a separator on one system and part of a name on another.
pub(super) fn is_absolute(text: &str) -> bool {
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    text.starts_with('/') || text.contains('\\') || drive
}

/// Refuses a name too long for file systems, or one that Windows would cut.
fn check_segment(segment: &str, limits: &Limits) -> Result<(), Violation> {
    let path = || shown::name(segment.as_bytes());
    if segment.len() > limits.segment {
        return Err(Violation::PathTooLong { path: path(), limit: limits.segment });
    }
    if segment.ends_with(['.', ' ']) {
        return Err(Violation::NameInvalid { path: path(), why: "ends with a dot or a space" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(raw: &str) -> Result<Option<String>, &'static str> {
        EntryPath::parse(raw.as_bytes(), &Limits::default())
            .map(|path| path.map(|path| path.as_str().to_owned()))
            .map_err(|violation| violation.code())
    }

    #[test]
    fn keeps_only_the_segments_that_name_something() {
        assert_eq!(parsed("./a//b/./c/"), Ok(Some("a/b/c".into())));
        assert_eq!(parsed("..a/...b/.c"), Ok(Some("..a/...b/.c".into())));
        assert_eq!(parsed("./"), Ok(None));
    }

    #[test]
    fn holds_no_path_that_leads_elsewhere() {
        for raw in ["..", "a/..", "a/../b", "/a", "//a", "C:a", "c:/a", "a\\b", "\\\\host\\a"] {
            assert_eq!(parsed(raw), Err("PATH_TRAVERSAL"), "{raw}");
        }
    }

    #[test]
    fn folds_what_some_file_systems_take_for_one() {
        for (one, other) in [("ÄRGER", "ärger"), ("\u{17f}", "S"), ("ς", "Σ"), ("\u{212a}", "k")] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("a"), folded("ä"));
    }

    #[test]
    fn knows_what_lies_below_it() {
        let path = |raw: &str| EntryPath::parse(raw.as_bytes(), &Limits::default()).unwrap().unwrap();
        assert!(path("a/b").is_below(Some(&path("a"))) && path("a/b").is_below(None));
        assert!(!path("ab/c").is_below(Some(&path("a"))) && !path("a").is_below(Some(&path("a"))));
        assert_eq!(path("a/b/c").folders().collect::<Vec<_>>(), [path("a"), path("a/b")]);
    }
}
