//! Names of namespaces, and the one that the Lease is in.

use std::fs;
use std::str::FromStr;

/// Where a pod finds the namespace of its service account.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// A namespace's name, or nothing, which an empty variable gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Namespace(String);

/// A text is no namespace's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a namespace is named with 1 to 63 lower-case letters, digits and `-`, and neither begins nor ends with `-`"
)]
pub(super) struct InvalidNamespace;

impl Namespace {
    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|name| !name.is_empty())
    }
}

impl FromStr for Namespace {
    type Err = InvalidNamespace;

    /// Reads a label of RFC 1123, blanks around it aside.
    fn from_str(text: &str) -> Result<Self, InvalidNamespace> {
        let name = text.trim();
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label =
            name.len() <= 63 && name.bytes().all(known) && !name.starts_with('-') && !name.ends_with('-');
        is_label.then(|| Self(name.to_owned())).ok_or(InvalidNamespace)
    }
}

/// The namespace of the service account, in a pod.
pub(super) fn of_this_account() -> Option<String> {
    fs::read_to_string(ACCOUNT).ok()
}

/// The given namespace, else the service account's, else the single watched
/// one, else `default`.
pub(super) fn lease_namespace(given: Option<&str>, account: Option<&str>, watched: &[String]) -> String {
    let single = match watched {
        [single] => Some(single.as_str()),
        _ => None,
    };
    let mut choices = [given, account, single].into_iter().flatten().map(str::trim);
    choices.find(|name| !name.is_empty()).unwrap_or("default").to_owned()
}
