//! Names of the environment variables that a plugin may be given.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// The longest name, in bytes.
pub const MAX_LENGTH: usize = 256;
/// How the names of the runtime's own variables begin; no plugin is ever given
/// one (interfaces §3, "Groups").
pub const RESERVED: [&str; 2] = ["RUNTIME_", "DAVIT_"];

/// The name of a variable, `^[A-Za-z_][A-Za-z0-9_]*$`, that is none of the
/// runtime's own.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VariableName(Arc<str>);

/// The text cannot be the name of a plugin's variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVariable {
    /// It does not look like one.
    #[error("`{0}` is no name of a variable: write letters, digits and `_`, not beginning with a digit")]
    Malformed(String),
    /// It belongs to the runtime.
    #[error(
        "the variable `{0}` is the runtime's own: no plugin can read `RUNTIME_…` or `DAVIT_…`; choose another name"
    )]
    Reserved(String),
}

impl VariableName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VariableName {
    type Err = InvalidVariable;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins_well = text.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        if !begins_well || text.len() > MAX_LENGTH || !text.bytes().all(allowed) {
            return Err(InvalidVariable::Malformed(shown(text)));
        }
        if RESERVED.iter().any(|prefix| text.starts_with(prefix)) {
            return Err(InvalidVariable::Reserved(shown(text)));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for VariableName {
    type Error = InvalidVariable;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<VariableName> for String {
    fn from(name: VariableName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_name_as_shells_have_it() {
        for text in ["A", "_", "LOG_LEVEL", "a1", "RUNTIME", "DAVIT", "MY_RUNTIME_X", "runtime_root_key"] {
            assert_eq!(text.parse::<VariableName>().unwrap().as_str(), text);
        }
        for text in ["", "1A", "A-B", "A B", "A=B", "É", "A\0", &"x".repeat(MAX_LENGTH + 1)] {
            assert!(matches!(text.parse::<VariableName>(), Err(InvalidVariable::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn is_never_one_of_the_runtimes_own() {
        for text in ["RUNTIME_ROOT_KEY", "RUNTIME_", "DAVIT_DATA_DIR", "DAVIT_"] {
            assert!(matches!(text.parse::<VariableName>(), Err(InvalidVariable::Reserved(_))), "{text:?}");
            assert!(serde_json::from_value::<VariableName>(text.into()).is_err(), "{text:?}");
        }
    }
}
