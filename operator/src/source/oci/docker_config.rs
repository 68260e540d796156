//! Docker's configuration: which credentials are for which registry. Pure.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::Deserialize;

use super::{Credentials, OciReference};

/// Docker's configuration (docs.docker.com, "docker login"; Kubernetes, "Pull an
/// Image from a Private Registry"). Credential helpers are left aside: the operator
/// runs none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DockerConfig {
    auths: BTreeMap<String, Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    username: Option<String>,
    password: Option<String>,
    auth: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

/// The text is no Docker configuration. What it holds is never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidConfig {
    /// It is no JSON of the expected shape.
    #[error("it is not a Docker configuration (line {line}, column {column})")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// An entry's `auth` is not base64 of `user:password`.
    #[error("the `auth` of `{0}` is not the base64 form of user:password")]
    Auth(String),
}

impl From<&serde_json::Error> for InvalidConfig {
    /// Only the place: the message may quote a password.
    fn from(error: &serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column() }
    }
}

impl DockerConfig {
    /// Reads `.dockerconfigjson` of a Secret, which is Docker's `config.json`.
    pub(super) fn parse(json: &[u8]) -> Result<Self, InvalidConfig> {
        serde_json::from_slice(json).map_err(|error| InvalidConfig::from(&error))
    }

    /// Reads the older `.dockercfg`, which has the entries alone.
    pub(super) fn parse_legacy(json: &[u8]) -> Result<Self, InvalidConfig> {
        let auths = serde_json::from_slice(json).map_err(|error| InvalidConfig::from(&error))?;
        Ok(Self { auths })
    }

    /// The credentials for an artifact, those of the closest match first, as the
    /// kubelet finds them: `host[:port][/path]`, `*` for within one part of the
    /// host, the path a prefix. Entries without credentials are skipped: Docker
    /// leaves such behind where a helper has them.
    pub(super) fn credentials(&self, reference: &OciReference) -> Result<Vec<Credentials>, InvalidConfig> {
        let mut found: Vec<_> = self
            .auths
            .iter()
            .filter_map(|(key, entry)| Some((Key::parse(key).closeness(reference)?, key, entry)))
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(a.1)));
        found.into_iter().filter_map(|(_, key, entry)| entry.credentials(key).transpose()).collect()
    }
}

impl Entry {
    fn credentials(&self, key: &str) -> Result<Option<Credentials>, InvalidConfig> {
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = set(&self.registrytoken) {
            return Ok(Some(Credentials::RegistryToken(token)));
        }
        if let Some(token) = set(&self.identitytoken) {
            return Ok(Some(Credentials::IdentityToken(token)));
        }
        if let Some(auth) = set(&self.auth) {
            return decoded(&auth).map(Some).ok_or_else(|| InvalidConfig::Auth(key.to_owned()));
        }
        Ok(set(&self.username)
            .zip(set(&self.password))
            .map(|(username, password)| Credentials::Basic { username, password }))
    }
}

fn decoded(auth: &str) -> Option<Credentials> {
    let bytes = STANDARD.decode(auth.trim()).or_else(|_| STANDARD_NO_PAD.decode(auth.trim())).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (username, password) = text.split_once(':')?;
    // Docker itself cuts these off ("docker/cli", `decodeAuth`).
    let password = password.trim_end_matches('\0').to_owned();
    Some(Credentials::Basic { username: username.to_owned(), password })
}

/// The registry that an entry is for.
struct Key<'a> {
    host: &'a str,
    port: Option<&'a str>,
    /// With its leading slash; empty for a whole registry.
    path: &'a str,
}

impl<'a> Key<'a> {
    fn parse(key: &'a str) -> Self {
        let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
        let (host, path) = key.find('/').map_or((key, ""), |at| key.split_at(at));
        let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
        // The version of Docker's own API that `docker login` writes behind the host.
        let versioned =
            |version| path.strip_prefix(version).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let path = versioned("/v1").or_else(|| versioned("/v2")).unwrap_or(path);
        Self { host, port, path: if path == "/" { "" } else { path } }
    }

    /// How close it comes to the artifact; none if it is for others. A plain
    /// host comes closer than a pattern, then a longer path than a shorter one.
    fn closeness(&self, reference: &OciReference) -> Option<(bool, usize)> {
        let path = format!("/{}", reference.repository());
        let named = [reference.registry(), reference.host()];
        let same = named.iter().any(|name| {
            let (host, port) = name.split_once(':').map_or((*name, None), |(host, port)| (host, Some(port)));
            self.port == port && hosts_match(self.host, host)
        });
        (same && path.starts_with(self.path)).then_some((!self.host.contains('*'), self.path.len()))
    }
}

/// Whether a host fits a pattern: as many parts, each of them fitting.
fn hosts_match(pattern: &str, host: &str) -> bool {
    let (patterns, parts) = (pattern.split('.'), host.split('.'));
    patterns.clone().count() == parts.clone().count()
        && patterns.zip(parts).all(|(pattern, part)| part_matches(pattern, part))
}

/// Whether a part of a host fits a pattern in which `*` stands for any text: each
/// piece of the pattern is taken where it is first found, so that no pattern costs
/// more than one pass.
fn part_matches(pattern: &str, part: &str) -> bool {
    let (pattern, part) = (pattern.to_ascii_lowercase(), part.to_ascii_lowercase());
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(last) = pieces.next_back() else { return pattern == part };
    let Some(rest) = part.strip_prefix(first) else { return false };
    let middle = pieces.try_fold(rest, |rest, piece| Some(&rest[rest.find(piece)? + piece.len()..]));
    middle.is_some_and(|rest| rest.ends_with(last))
}

#[cfg(test)]
mod tests;
