//! The name that a control port goes by: `<runtime>.<namespace>.control.davit`.

use std::fmt;
use std::str::FromStr;

const SUFFIX: &str = ".control.davit";
/// The longest DNS name, in bytes (RFC 1035 §2.3.4).
const MAX: usize = 253;

/// The server name of one PluginRuntime's control ports (interfaces §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlName {
    runtime: String,
    namespace: String,
}

/// The text is no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write <runtime>.<namespace>.control.davit, e.g. default.apps.control.davit")]
pub struct InvalidControlName;

impl ControlName {
    /// The PluginRuntime's name.
    pub fn runtime(&self) -> &str {
        &self.runtime
    }

    /// Its namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }
}

impl FromStr for ControlName {
    type Err = InvalidControlName;

    fn from_str(text: &str) -> Result<Self, InvalidControlName> {
        let (runtime, namespace) =
            text.strip_suffix(SUFFIX).and_then(|names| names.rsplit_once('.')).ok_or(InvalidControlName)?;
        let label = |label: &str| {
            let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            (1..=63).contains(&label.len())
                && label.bytes().all(inside)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let fine = text.len() <= MAX && runtime.split('.').all(label) && label(namespace);
        let (runtime, namespace) = (runtime.to_owned(), namespace.to_owned());
        fine.then_some(Self { runtime, namespace }).ok_or(InvalidControlName)
    }
}

impl fmt::Display for ControlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}{SUFFIX}", self.runtime, self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_runtime_and_a_namespace() {
        let name: ControlName = "default.apps.control.davit".parse().unwrap();
        assert_eq!((name.runtime(), name.namespace()), ("default", "apps"));
        assert_eq!(name.to_string(), "default.apps.control.davit");
        let name: ControlName = "a.b.apps.control.davit".parse().unwrap();
        assert_eq!((name.runtime(), name.namespace()), ("a.b", "apps"));
    }

    #[test]
    fn refuses_everything_else() {
        let long = format!("{}.apps.control.davit", "a".repeat(64));
        for text in
            ["", "default", "default.apps", "apps.control.davit", ".apps.control.davit", "a..control.davit"]
                .into_iter()
                .chain(["A.apps.control.davit", "a b.apps.control.davit", "-a.apps.control.davit", &long])
        {
            assert_eq!(text.parse::<ControlName>(), Err(InvalidControlName), "{text}");
        }
    }
}
