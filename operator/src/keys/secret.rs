//! In: a Secret. Out: the key that it has, or what is wrong with it. Pure. Nothing
//! of a key is ever shown.

use std::time::Instant;

use davit_plugin::plan::{InvalidKey, InvalidRole, PlannedKey};
use k8s_openapi::api::core::v1::Secret;

/// Where a Secret has its key,
const KEY: &str = "key";
/// and what that may do.
const ROLE: &str = "role";

/// What is wrong with a Secret, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyTrouble {
    #[error("it is not there: create it, or take it out of the list")]
    Absent,
    #[error("it belongs to a PluginRuntime: create one of its own")]
    Owned,
    #[error("it has no `{0}`: give it a `{KEY}`, and a `{ROLE}` that is `admin`, `editor` or `viewer`")]
    Lacks(&'static str),
    #[error("its `{KEY}` is no key: {0}")]
    Key(#[from] InvalidKey),
    #[error("its `{ROLE}` is no role: {0}")]
    Role(#[from] InvalidRole),
    #[error("it has the same key as the Secret {0}, which alone counts: give each its own")]
    Same(String),
    #[error("it cannot be read, and what it had before counts until it can, for ten minutes at most: {why}")]
    Unread {
        /// Why nobody knows what it has.
        why: String,
        /// What it had before.
        kept: Box<PlannedKey>,
        /// When it was first asked for in vain.
        since: Instant,
    },
    #[error("it cannot be read, and opens nothing until it can: {0}")]
    Closed(String),
}

impl KeyTrouble {
    /// The key that counts nevertheless.
    pub(super) fn kept(&self) -> Option<&PlannedKey> {
        match self {
            Self::Unread { kept, .. } => Some(kept),
            _ => None,
        }
    }
}

/// The key of the Secret `name`. One that is being deleted is gone already,
/// whatever holds up its end.
pub(super) fn key(name: &str, secret: Option<&Secret>) -> Result<PlannedKey, KeyTrouble> {
    let secret = secret.filter(|secret| secret.metadata.deletion_timestamp.is_none());
    let secret = secret.ok_or(KeyTrouble::Absent)?;
    if secret.metadata.owner_references.iter().flatten().any(|owner| owner.kind == "PluginRuntime") {
        return Err(KeyTrouble::Owned);
    }
    let role = text(secret, ROLE)?.ok_or(InvalidRole)?.parse()?;
    let key = text(secret, KEY)?.ok_or(InvalidKey::Characters)?;
    Ok(PlannedKey::of(name, role, key)?)
}

/// The text under a key, without the line break that an editor leaves behind it;
/// none if it is no text.
fn text<'a>(secret: &'a Secret, key: &'static str) -> Result<Option<&'a str>, KeyTrouble> {
    let bytes = secret.data.as_ref().and_then(|data| data.get(key)).ok_or(KeyTrouble::Lacks(key))?;
    Ok(std::str::from_utf8(bytes.0.trim_ascii()).ok())
}

#[cfg(test)]
mod tests {
    use davit_plugin::plan::KeyRole;
    use serde_json::{Value, json};

    use super::*;

    fn read(secret: &Value) -> Result<PlannedKey, KeyTrouble> {
        key("ops", Some(&serde_json::from_value(secret.clone()).unwrap()))
    }

    /// `0123456789abcdef` and a line break, `editor` and a line break.
    const GOOD: (&str, &str) = ("MDEyMzQ1Njc4OWFiY2RlZgo=", "ZWRpdG9yCg==");

    #[test]
    fn has_a_key_and_a_role_without_what_surrounds_them() {
        let key = read(&json!({"data": {"key": GOOD.0, "role": GOOD.1}})).unwrap();
        assert_eq!(key, PlannedKey::of("ops", KeyRole::Editor, "0123456789abcdef").unwrap());
    }

    #[test]
    fn what_is_wrong_is_told_without_the_key() {
        let owner =
            json!([{"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "name": "rt", "uid": "u"}]);
        let gone = json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["example.com/held"]});
        let whole = json!({"key": GOOD.0, "role": GOOD.1});
        let table = [
            (json!({"data": whole, "metadata": gone}), "it is not there"),
            (json!({"data": whole, "metadata": {"ownerReferences": owner}}), "belongs to a PluginRuntime"),
            (json!({}), "no `role`"),
            (json!({"data": {"role": GOOD.1}}), "no `key`"),
            (json!({"data": {"key": GOOD.0}}), "no `role`"),
            (json!({"data": {"key": "MDEy", "role": GOOD.1}}), "this one has 3"),
            (json!({"data": {"key": "/////////////////////w==", "role": GOOD.1}}), "visible ASCII"),
            (json!({"data": {"key": GOOD.0, "role": GOOD.0}}), "`admin`, `editor` and `viewer`"),
            (json!({"data": {"key": GOOD.0, "role": "/w=="}}), "`admin`, `editor` and `viewer`"),
        ];
        for (secret, says) in table {
            let told = read(&secret).unwrap_err().to_string();
            assert!(told.contains(says) && !told.contains("0123"), "{told}");
        }
        assert_eq!(key("ops", None), Err(KeyTrouble::Absent));
    }
}
