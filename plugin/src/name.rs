//! Plugin names: `my-plugin` or `@scope/my-plugin`, always safe as a path.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// The longest name in bytes, scope included (npm's bound).
pub const MAX_LENGTH: usize = 214;

/// A plugin's name. Each of its one or two segments is made of ASCII letters,
/// digits, `-`, `_`, `.` and `~` and does not begin with `.` or `-`, so a name
/// can be joined to a path without leaving it (Buntime contract §2).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PluginName(Arc<str>);

/// The text is not a plugin name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a plugin name: {why}; write `my-plugin` or `@scope/my-plugin`")]
pub struct InvalidName {
    name: String,
    why: &'static str,
}

impl PluginName {
    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.len() > MAX_LENGTH {
        return Err("it is longer than 214 bytes");
    }
    match name.strip_prefix('@') {
        None => check_segment(name),
        Some(scoped) => {
            let (scope, own) = scoped.split_once('/').ok_or("a scope needs `/` and a name behind it")?;
            check_segment(scope).and(check_segment(own))
        }
    }
}

fn check_segment(segment: &str) -> Result<(), &'static str> {
    match segment.bytes().next() {
        None => return Err("a part of it is empty"),
        Some(b'.' | b'-') => return Err("a part of it begins with `.` or `-`"),
        Some(_) => {}
    }
    if segment.contains('/') {
        return Err("only the scope may be followed by `/`");
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    segment
        .bytes()
        .all(allowed)
        .then_some(())
        .ok_or("only letters, digits, `-`, `_`, `.` and `~` are allowed")
}

impl FromStr for PluginName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        check(name).map_err(|why| InvalidName { name: shown(name), why })?;
        Ok(Self(name.into()))
    }
}

impl TryFrom<String> for PluginName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<PluginName> for String {
    fn from(name: PluginName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_plain_and_scoped_names() {
        for name in ["hello", "my-plugin", "@acme/hello", "@buntime/plugin-database", "a_b.c~d", "X1"] {
            assert_eq!(name.parse::<PluginName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn refuses_whatever_could_leave_a_folder() {
        let names = [
            "",
            ".",
            "..",
            "@x/..",
            "@../x",
            "../zz",
            "a/b",
            "@a/b/c",
            "@a",
            "@/a",
            "@a/",
            "/a",
            ".hidden",
            "a b",
            "a\\b",
            "a\0",
            "é",
            "-rf",
            "@a/.b",
            "a%2f",
            &"x".repeat(215),
        ];
        for name in names {
            assert!(name.parse::<PluginName>().is_err(), "{name:?}");
        }
    }
}
