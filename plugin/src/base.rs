//! Bases: the first path segment under which a plugin is served.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// The longest base in bytes, the slash included.
pub const MAX_LENGTH: usize = 64;

/// Bases that Davit itself serves or that clients expect from the host
/// (Buntime contract §2; `/_` holds the admin API and the console).
pub const RESERVED: [&str; 4] = ["/api", "/health", "/.well-known", "/_"];

/// A plugin's base, `^/[a-zA-Z0-9_-]+$` and none of [`RESERVED`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base(Arc<str>);

/// The text cannot be a base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBase {
    /// It does not look like one.
    #[error("`{0}` is not a base: write `/` and then letters, digits, `-` or `_`, e.g. `/hello`")]
    Malformed(String),
    /// It belongs to Davit or to the host.
    #[error("the base `{0}` is reserved: choose one other than /api, /health, /.well-known and /_")]
    Reserved(String),
}

impl Base {
    /// The base as it is written, with its slash and without one at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The base without its slash: the first segment of the paths it serves.
    pub fn segment(&self) -> &str {
        &self.0[1..]
    }
}

impl FromStr for Base {
    type Err = InvalidBase;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(text)) {
            return Err(InvalidBase::Reserved(shown(text)));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match text.strip_prefix('/') {
            Some(segment)
                if !segment.is_empty() && text.len() <= MAX_LENGTH && segment.bytes().all(allowed) =>
            {
                Ok(Self(text.into()))
            }
            _ => Err(InvalidBase::Malformed(shown(text))),
        }
    }
}

impl TryFrom<String> for Base {
    type Error = InvalidBase;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Base> for String {
    fn from(base: Base) -> Self {
        base.0.as_ref().to_owned()
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_segment() {
        assert_eq!("/hello_World-1".parse::<Base>().unwrap().segment(), "hello_World-1");
        for text in
            ["", "/", "hello", "/a/b", "/a/", "/a.b", "//a", "/é", "/a b", &format!("/{}", "x".repeat(64))]
        {
            assert!(matches!(text.parse::<Base>(), Err(InvalidBase::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn is_never_one_that_the_host_serves() {
        for text in ["/api", "/API", "/health", "/.well-known", "/_"] {
            assert!(matches!(text.parse::<Base>(), Err(InvalidBase::Reserved(_))), "{text:?}");
        }
    }
}
