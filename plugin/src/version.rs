//! Versions (semver) and the ranges that dependencies name (npm's grammar).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// A semantic version as semver.org defines it; `0.0.0` where a manifest names
/// none. Build metadata counts for identity and, last, for order, so that two
/// plans are equal exactly if they are written alike.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    parsed: nodejs_semver::Version,
    text: String,
}

/// The text is not a semantic version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version: write MAJOR.MINOR.PATCH, e.g. `1.2.0`")]
pub struct InvalidVersion(String);

impl Default for Version {
    fn default() -> Self {
        Self { parsed: nodejs_semver::Version::from((0, 0, 0)), text: "0.0.0".to_owned() }
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let before_build = |text: &str| text.split('+').next().map(str::to_owned);
        match nodejs_semver::Version::parse(text) {
            // npm's parser also takes `v1.2.0` and `01.2.0`, which semver does not.
            Ok(parsed) if before_build(&parsed.to_string()) == before_build(text) && text.trim() == text => {
                Ok(Self { parsed, text: text.to_owned() })
            }
            _ => Err(InvalidVersion(shown(text))),
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parsed.cmp(&other.parsed).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl TryFrom<String> for Version {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A range of versions as npm writes it: `^1.2`, `~2.0`, `>=1 <2`, `1.x || 3`.
/// A comma reads as a space. `*` holds every version, pre-releases too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange {
    text: String,
    range: Option<nodejs_semver::Range>,
}

/// The text is not a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version range: write one as npm does, e.g. `^1.2`, `~2.0` or `>=1 <2`")]
pub struct InvalidRange(String);

impl VersionRange {
    /// The range that holds every version.
    pub fn any() -> Self {
        Self { text: "*".to_owned(), range: None }
    }

    /// Whether `version` lies in the range.
    pub fn holds(&self, version: &Version) -> bool {
        self.range.as_ref().is_none_or(|range| range.satisfies(&version.parsed))
    }
}

impl FromStr for VersionRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidRange(shown(text));
        if text.len() > 256 {
            return Err(invalid());
        }
        if matches!(text.trim(), "" | "*") {
            return Ok(Self::any());
        }
        let parse = |text: &str| nodejs_semver::Range::parse(text).map_err(|_| invalid());
        let spaced = text.replace(',', " ");
        // The parser drops an alternative that it does not understand.
        for alternative in spaced.split("||") {
            parse(alternative)?;
        }
        Ok(Self { text: text.to_owned(), range: Some(parse(&spaced)?) })
    }
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
        ];
        for (range, version, expected) in table {
            assert_eq!(holds(range, version), expected, "{version} in {range}");
        }
        assert!("not a range".parse::<VersionRange>().is_err());
    }

    #[test]
    fn refuses_what_is_not_a_version() {
        for text in ["", "1", "1.2", "one", "1.2.3.4"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
        assert_eq!(Version::default().to_string(), "0.0.0");
    }
}
