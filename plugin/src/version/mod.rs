//! Versions (semver) and the ranges that dependencies name (npm's grammar).

mod range;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

pub use range::{InvalidRange, VersionRange};

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
        let (before_build, build) = text.split_once('+').unzip();
        let before_build = before_build.unwrap_or(text);
        match nodejs_semver::Version::parse(text) {
            // npm's parser also takes `v1.2.0` and `01.2.0`, which semver does not, and
            // drops what is no build behind a `+`.
            Ok(parsed)
                if parsed.to_string().split('+').next() == Some(before_build)
                    && build.is_none_or(is_build) =>
            {
                Ok(Self { parsed, text: text.to_owned() })
            }
            _ => Err(InvalidVersion(shown(text))),
        }
    }
}

/// Whether a text is build metadata (semver.org, 10).
fn is_build(text: &str) -> bool {
    let identifier = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(identifier)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_version() {
        for text in
            ["", "1", "1.2", "one", "1.2.3.4", "v1.2.3", " 1.2.3", "1.2.3 ", "01.2.3", "1.2.3-01", "=1.2.3"]
        {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
        for build in ["", ".", "a.", "../zz", "a+b", "a b", "a ", "ü", "a/b", "a\n"] {
            assert!(format!("1.2.3+{build}").parse::<Version>().is_err(), "{build:?}");
        }
        assert_eq!(Version::default().to_string(), "0.0.0");
    }

    #[test]
    fn orders_as_semver_does_and_tells_builds_apart() {
        let ordered = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta",
            "1.0.0",
            "1.0.0+007",
            "1.0.0+8",
            "1.0.1",
            "1.10.0",
        ];
        let versions: Vec<Version> = ordered.iter().map(|text| text.parse().unwrap()).collect();
        assert!(versions.is_sorted_by(|a, b| a < b && a != b));
        assert!(versions.iter().zip(ordered).all(|(version, text)| version.to_string() == text));
    }
}
