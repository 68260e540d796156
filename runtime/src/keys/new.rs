//! What somebody asks for who wants a key.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::is_plain;
use super::{Lifetime, Permission, PlainKey, Role};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;

/// The body of `POST /keys`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewKey {
    /// What people call it; names may repeat.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "ci")]
    pub name: KeyName,
    /// What it is for.
    pub role: Role,
    /// What it may do; only for the role `custom`.
    pub permissions: Option<Vec<Permission>>,
    /// How long it counts; for ever without one.
    pub expires_in: Option<Lifetime>,
    /// A note for people, on one line.
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub description: Option<Description>,
}

/// A key that was made; the answer to `POST /keys` has it once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// Its number.
    #[schema(minimum = 1)]
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The key. It is not kept, and cannot be shown again.
    #[schema(value_type = String, pattern = "^btk_[A-Za-z0-9_-]{43}$")]
    pub key: PlainKey,
    /// Its first characters, by which it is known from now on.
    pub key_prefix: String,
    /// Its role.
    pub role: Role,
}

/// One line of 1 to 100 characters, none of them a control or format character: logs show
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct KeyName(Arc<str>);

/// One line of up to 1,000 characters, none of them a control or format character.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Description(String);

/// The text is too long, or no plain line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// No name.
    #[error(
        "a key's name is one line of 1 to {LONGEST_NAME} characters that can be seen, without control or format characters: write such a one"
    )]
    Name,
    /// No description.
    #[error(
        "a key's description is one line of at most {LONGEST_DESCRIPTION} characters, without control or format characters: write such a one"
    )]
    Description,
}

impl KeyName {
    /// The text, to be shared.
    pub(super) fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl TryFrom<String> for KeyName {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        let text = text.trim();
        let good = (1..=LONGEST_NAME).contains(&text.chars().count()) && is_plain(text);
        good.then(|| Self(text.into())).ok_or(InvalidText::Name)
    }
}

impl TryFrom<String> for Description {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        let good = text.chars().count() <= LONGEST_DESCRIPTION && is_plain(&text);
        good.then_some(Self(text)).ok_or(InvalidText::Description)
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_what_the_contract_says_and_nothing_too_long() {
        let body = |name: &str, description: &str| {
            let json =
                json!({ "name": name, "role": "viewer", "expiresIn": "30d", "description": description });
            serde_json::from_value::<NewKey>(json)
        };
        let new = body(" ci ", "for the build").unwrap();
        assert_eq!((&*new.name.0, new.expires_in.unwrap().seconds()), ("ci", 2_592_000));
        assert!(body(&"ü".repeat(100), &"ü".repeat(1_000)).is_ok());
        for (name, description) in
            [("", ""), ("  ", ""), ("a\nb", ""), ("a\u{202e}b", ""), (&"ü".repeat(101), "")]
        {
            let error = body(name, description).unwrap_err().to_string();
            assert!(error.contains("1 to 100 characters"), "{error}");
        }
        assert!(body("ci", &"ü".repeat(1_001)).unwrap_err().to_string().contains("1000"));
        assert!(body("ci", "a\u{2028}root").unwrap_err().to_string().contains("format characters"));
        for bad in
            [json!({ "role": "viewer" }), json!({ "name": "a" }), json!({ "name": "a", "role": "root" })]
        {
            assert!(serde_json::from_value::<NewKey>(bad).is_err());
        }
    }
}
