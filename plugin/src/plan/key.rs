//! A key of the admin API that a plan brings to every replica: never the key
//! itself, only what a sent one is compared with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The most keys that one plan brings.
pub const MAX_KEYS: usize = 64;
/// A key has at least so many characters: fewer can be guessed from their hash.
pub const SHORTEST_KEY: usize = 16;
/// A key has at most so many characters: it travels in a header.
pub const LONGEST_KEY: usize = 1_024;
/// How much of a long key is shown, in characters.
const PREFIX: usize = 12;

/// One key, as Secrets have it (`PluginRuntime.spec.apiKeySecrets`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedKey {
    /// The Secret's name, by which people know the key.
    pub name: String,
    /// What the key may do.
    pub role: KeyRole,
    /// The SHA-256 of the key; 64 hexadecimal digits in JSON.
    #[serde(with = "hex::serde")]
    pub hash: [u8; 32],
    /// The key's first characters, for people to tell keys apart: twelve, but never
    /// more than a third of the key.
    pub prefix: String,
}

/// What a key of a plan may do: the roles of the admin API that need no list of
/// permissions beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyRole {
    /// Everything.
    Admin,
    /// All of plugins, and reading workers.
    Editor,
    /// Reading everything.
    Viewer,
}

/// Why a text cannot be a key. Never shows any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// It can be guessed, or does not fit into a header.
    #[error(
        "a key has {SHORTEST_KEY} to {LONGEST_KEY} characters and this one has {0}: make one with `openssl rand -base64 32`"
    )]
    Length(usize),
    /// No header can carry it.
    #[error(
        "a key has visible ASCII characters only, since it travels in a header: make one with `openssl rand -base64 32`"
    )]
    Characters,
}

/// The text is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role is none of `admin`, `editor` and `viewer`: write one of them")]
pub struct InvalidRole;

impl PlannedKey {
    /// What a plan says of `key`, which is of the Secret `name`.
    pub fn of(name: impl Into<String>, role: KeyRole, key: &str) -> Result<Self, InvalidKey> {
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidKey::Characters);
        }
        if !(SHORTEST_KEY..=LONGEST_KEY).contains(&key.len()) {
            return Err(InvalidKey::Length(key.len()));
        }
        let prefix = key[..PREFIX.min(key.len() / 3)].to_owned();
        Ok(Self { name: name.into(), role, hash: *Digest::of(key.as_bytes()).bytes(), prefix })
    }
}

impl FromStr for KeyRole {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        [Self::Admin, Self::Editor, Self::Viewer]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(InvalidRole)
    }
}

impl KeyRole {
    /// Its word, as everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }
}

impl fmt::Display for KeyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "btk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

    #[test]
    fn a_plan_has_the_hash_of_a_key_and_no_more_than_a_third_of_it() {
        let key = PlannedKey::of("ops", KeyRole::Editor, KEY).unwrap();
        assert_eq!((key.hash, &*key.prefix), (*Digest::of(KEY.as_bytes()).bytes(), "btk_01234567"));
        let short = PlannedKey::of("ops", KeyRole::Editor, "0123456789abcdef").unwrap();
        assert_eq!(short.prefix, "01234");
    }

    #[test]
    fn its_json_is_read_back_and_names_the_role_in_lower_case() {
        let key = PlannedKey::of("ops", KeyRole::Viewer, KEY).unwrap();
        let json = serde_json::to_value(&key).unwrap();
        assert_eq!(json["role"], "viewer");
        assert_eq!(json["hash"], Digest::of(KEY.as_bytes()).hex());
        assert_eq!(serde_json::from_value::<PlannedKey>(json).unwrap(), key);
    }

    #[test]
    fn what_can_be_guessed_or_does_not_travel_is_no_key_and_is_not_shown() {
        let long = "x".repeat(1_025);
        let table = [
            ("", InvalidKey::Length(0)),
            ("0123456789abcde", InvalidKey::Length(15)),
            (&*long, InvalidKey::Length(1_025)),
            ("0123456789 abcdef", InvalidKey::Characters),
            ("0123456789abcdef\n", InvalidKey::Characters),
            ("0123456789abcdefé", InvalidKey::Characters),
        ];
        for (text, expected) in table {
            let error = PlannedKey::of("ops", KeyRole::Viewer, text).unwrap_err();
            assert_eq!(error, expected, "{text:?}");
            assert!(text.is_empty() || !error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn a_role_is_one_of_three_words() {
        for role in [KeyRole::Admin, KeyRole::Editor, KeyRole::Viewer] {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for text in ["", "Admin", "root", "custom", "viewer "] {
            assert_eq!(text.parse::<KeyRole>(), Err(InvalidRole), "{text:?}");
        }
    }
}
