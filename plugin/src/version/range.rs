//! Ranges of versions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Version;
use crate::shown::shown;

/// The longest range, in bytes.
const MAX_LENGTH: usize = 256;

/// A range of versions as npm writes it: `^1.2`, `~2.0`, `>=1 <2`, `1.x || 3`.
/// A comma reads as a space. `*` holds every version, pre-releases too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange {
    text: String,
    /// All of these must hold.
    ranges: Vec<nodejs_semver::Range>,
}

/// The text is not a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version range: write one as npm does, e.g. `^1.2`, `~2.0` or `>=1 <2`")]
pub struct InvalidRange(String);

impl VersionRange {
    /// The range that holds every version.
    pub fn any() -> Self {
        Self { text: "*".to_owned(), ranges: Vec::new() }
    }

    /// Whether `version` lies in the range.
    pub fn holds(&self, version: &Version) -> bool {
        self.ranges.iter().all(|range| range.satisfies(&version.parsed))
    }

    /// The versions that lie in both ranges. It is shown as `a and b`, which no
    /// text reads back.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (&self.ranges[..], &other.ranges[..]) {
            (_, []) => self.clone(),
            ([], _) => other.clone(),
            (ours, theirs) if self.text == other.text || ours == theirs => self.clone(),
            (ours, theirs) => Self { text: format!("{self} and {other}"), ranges: [ours, theirs].concat() },
        }
    }
}

impl FromStr for VersionRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidRange(shown(text));
        if text.len() > MAX_LENGTH {
            return Err(invalid());
        }
        if matches!(text.trim(), "" | "*") {
            return Ok(Self::any());
        }
        let parse = |text: &str| nodejs_semver::Range::parse(text).map_err(|_| invalid());
        let spaced = text.replace(',', " ");
        // The parser drops what it does not understand as long as it understands some.
        for alternative in spaced.split("||").map(comparators) {
            if alternative.is_empty() {
                return Err(invalid());
            }
            for comparator in alternative {
                parse(&comparator)?;
            }
        }
        Ok(Self { text: text.to_owned(), ranges: vec![parse(&spaced)?] })
    }
}

/// The parts of a range without `||`, which all must hold; an operator may stand
/// apart from its version.
fn comparators(alternative: &str) -> Vec<String> {
    let words: Vec<&str> = alternative.split_whitespace().collect();
    if let [_, "-", _] = words[..] {
        return vec![words.join(" ")];
    }
    let mut comparators = vec![String::new()];
    for word in words {
        let last = comparators.len() - 1;
        comparators[last].push_str(word);
        if !word.ends_with(['<', '>', '=', '~', '^']) {
            comparators.push(String::new());
        }
    }
    comparators.retain(|comparator| !comparator.is_empty());
    comparators
}

impl TryFrom<String> for VersionRange {
    type Error = InvalidRange;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        range.text
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, version: &str) -> bool {
        range.parse::<VersionRange>().unwrap().holds(&version.parse().unwrap())
    }

    #[test]
    fn reads_ranges_as_npm_does() {
        let table = [
            ("^1.2", "1.9.0", true),
            ("^1.2", "2.0.0", false),
            ("~2.0", "2.0.7", true),
            ("~2.0", "2.1.0", false),
            (">=1 <2", "1.5.0", true),
            (">=1, <2", "2.0.0", false),
            ("1 || 3", "3.1.0", true),
            ("*", "0.0.0", true),
            ("", "4.0.0-beta.1", true),
            (">=1.0", "1.0.0-beta", false),
            ("1.x", "1.4.2", true),
            ("1 - 2", "2.9.0", true),
            ("> 1 <= 3", "2.0.0", true),
        ];
        for (range, version, expected) in table {
            assert_eq!(holds(range, version), expected, "{version} in {range}");
        }
        for text in
            ["not a range", "latest", "^", "1 || latest", "1 ||", "||", ">=1 foo", "foo >=1", "1 -", ">="]
        {
            assert!(text.parse::<VersionRange>().is_err(), "{text}");
        }
    }
}
