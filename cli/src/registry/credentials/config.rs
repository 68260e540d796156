//! Docker's `config.json`, as a file or in a Secret.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_client::Reference;
use serde::Deserialize;

use super::{Credential, CredentialsError, helped, helper, names};

/// A larger configuration is cut off and then malformed.
const MAX_SIZE: u64 = 4 << 20;

/// What a configuration says about registries. Holds secrets: never printed.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DockerConfig {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    /// Base64 of `user:password`.
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl DockerConfig {
    /// Reads a file.
    pub(super) fn read(file: &Path) -> Result<Self, CredentialsError> {
        let shown = file.display().to_string();
        let mut text = Vec::new();
        let read = File::open(file).and_then(|file| file.take(MAX_SIZE).read_to_end(&mut text));
        read.map_err(|source| CredentialsError::Io { file: shown.clone(), source })?;
        Self::parse(&shown, &text)
    }

    /// Parses the bytes of `file`, which is only named in messages.
    pub(crate) fn parse(file: &str, bytes: &[u8]) -> Result<Self, CredentialsError> {
        // The error itself may quote a secret.
        serde_json::from_slice(bytes)
            .map_err(|error| CredentialsError::Malformed { file: file.to_owned(), line: error.line() })
    }

    /// The credential for a reference's registry: of its own helper, else of the
    /// common one, else of the file itself.
    pub(crate) async fn credential(&self, reference: &Reference) -> Result<Credential, CredentialsError> {
        let names = names(reference);
        let own = names.iter().find_map(|name| self.cred_helpers.get(name));
        if let Some(helper) = own.or(self.creds_store.as_ref()).filter(|helper| !helper.is_empty())
            && let Some(credential) = helper::get(helper, helped(reference)).await?
        {
            return Ok(credential);
        }
        Ok(self.kept(reference).unwrap_or(Credential::Anonymous))
    }

    /// The credential that stands in the configuration itself.
    pub(crate) fn kept(&self, reference: &Reference) -> Option<Credential> {
        names(reference).iter().find_map(|name| {
            let same = |(key, _): &(&String, &Entry)| plain(key) == name;
            self.auths.iter().find(same)?.1.credential()
        })
    }
}

impl Entry {
    fn credential(&self) -> Option<Credential> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        if let Some(token) = given(&self.identitytoken) {
            return Some(Credential::IdentityToken(token));
        }
        if let (Some(user), Some(password)) = (given(&self.username), given(&self.password)) {
            return Some(Credential::Password { user, password });
        }
        let decoded = String::from_utf8(STANDARD.decode(self.auth.as_ref()?.trim()).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        // Docker pads with zeros what it once wrote by itself.
        let password = password.trim_matches('\0').to_owned();
        (!user.is_empty()).then(|| Credential::Password { user: user.to_owned(), password })
    }
}

/// A key without its scheme, the version of the API and slashes at its end:
/// `https://index.docker.io/v1/` is `index.docker.io`.
fn plain(key: &str) -> &str {
    let key = key.split_once("://").map_or(key, |(_, rest)| rest).trim_end_matches('/');
    key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(config: &str, reference: &str) -> Option<Credential> {
        DockerConfig::parse("config.json", config.as_bytes()).unwrap().kept(&reference.parse().unwrap())
    }

    fn password(user: &str, password: &str) -> Credential {
        Credential::Password { user: user.to_owned(), password: password.to_owned() }
    }

    #[test]
    fn every_form_of_an_entry_is_understood() {
        // `dTpwOnE=` is u:p:q, `dTpwAAA=` is u:p with zeros.
        let table = [
            (r#"{"auth": "dTpwOnE="}"#, Some(password("u", "p:q"))),
            (r#"{"auth": "dTpwAAA="}"#, Some(password("u", "p"))),
            (r#"{"username": "u", "password": "p"}"#, Some(password("u", "p"))),
            (r#"{"auth": "dTpw", "identitytoken": "t"}"#, Some(Credential::IdentityToken("t".to_owned()))),
            (r#"{"auth": "no base64"}"#, None),
            ("{}", None),
        ];
        for (entry, expected) in table {
            let config = format!(r#"{{"auths": {{"ghcr.io": {entry}}}, "detachKeys": "x"}}"#);
            assert!(kept(&config, "ghcr.io/acme/hello:1") == expected, "{entry}");
        }
    }

    #[test]
    fn the_most_specific_name_of_a_registry_counts() {
        let entry = |user: &str| format!(r#"{{"username": "{user}", "password": "p"}}"#);
        let names = ["ghcr.io", "ghcr.io/acme", "https://index.docker.io/v1/", "http://localhost:5000/"];
        let entries: Vec<String> = names.iter().map(|name| format!("{name:?}: {}", entry(name))).collect();
        let config = format!(r#"{{"auths": {{{}}}}}"#, entries.join(","));
        let table = [
            ("ghcr.io/acme/hello:1", Some(password("ghcr.io/acme", "p"))),
            ("ghcr.io/acmeish/hello:1", Some(password("ghcr.io", "p"))),
            ("acme/hello:1", Some(password("https://index.docker.io/v1/", "p"))),
            ("localhost:5000/hello", Some(password("http://localhost:5000/", "p"))),
            ("quay.io/acme/hello", None),
        ];
        for (reference, expected) in table {
            assert!(kept(&config, reference) == expected, "{reference}");
        }
    }

    #[test]
    fn a_malformed_configuration_is_named_and_not_shown() {
        let error = DockerConfig::parse("config.json", br#"{"auths": {"a": {"password": hunter2}}}"#);
        let error = error.err().unwrap().to_string();
        assert!(error.starts_with("config.json is no Docker configuration, near line 1"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
