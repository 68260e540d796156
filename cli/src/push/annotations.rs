//! What an artifact says of itself, by the keys of the OCI image specification.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use davit_plugin::Manifest;
use jiff::Timestamp;
use serde_json::Value;

/// The variable with the only moment that an artifact may bear, in seconds since
/// 1970: <https://reproducible-builds.org/specs/source-date-epoch/>. Without it
/// there is none, so that the same folder has the same digest at any time.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// Longer values are left out; registries bound manifests.
const MAX_LENGTH: usize = 4 << 10;

/// SOURCE_DATE_EPOCH holds no moment.
#[derive(Debug, thiserror::Error)]
#[error("SOURCE_DATE_EPOCH is `{0}`: give the seconds since 1970, or unset it")]
pub struct InvalidEpoch(String);

/// The annotations of a plugin: `declared` is its manifest as JSON, `author` its
/// package.json.
pub(super) fn of(
    manifest: &Manifest,
    declared: &Value,
    author: &Value,
) -> Result<BTreeMap<String, String>, InvalidEpoch> {
    let text = |key: &str| [&declared[key], &author[key]].into_iter().find_map(words);
    let all = [
        ("title", Some(manifest.name.to_string())),
        ("version", Some(manifest.version.to_string())),
        ("description", text("description")),
        ("source", source(&declared["repository"]).or_else(|| source(&author["repository"]))),
        ("licenses", text("license")),
        ("created", created(std::env::var(EPOCH).ok().as_deref())?),
    ];
    let all = all.into_iter().filter_map(|(key, value)| Some((key, value?)));
    Ok(all.map(|(key, value)| (format!("org.opencontainers.image.{key}"), value)).collect())
}

/// The package.json in a folder; null if there is none that can be read.
pub(super) fn author(folder: &Path) -> Value {
    let text = fs::read(folder.join("package.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn words(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty() && text.len() <= MAX_LENGTH).then(|| text.to_owned())
}

/// npm's `repository`, a text or an object with `url`, as an address to open.
fn source(repository: &Value) -> Option<String> {
    let text = words(repository).or_else(|| words(&repository["url"]))?;
    let address = text.strip_prefix("git+").unwrap_or(&text);
    if let Some((scheme, _)) = address.split_once("://") {
        return matches!(scheme, "https" | "http").then(|| address.to_owned());
    }
    let short = address.strip_prefix("github:").unwrap_or(address);
    let (owner, name) = short.split_once('/')?;
    let plain = |part: &str| !part.is_empty() && !part.contains(['/', ':', '@']);
    (plain(owner) && plain(name)).then(|| format!("https://github.com/{short}"))
}

fn created(epoch: Option<&str>) -> Result<Option<String>, InvalidEpoch> {
    let Some(text) = epoch.filter(|text| !text.is_empty()) else { return Ok(None) };
    let moment = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map(|moment| Some(moment.to_string())).ok_or_else(|| InvalidEpoch(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_repository_is_an_address() {
        let table = [
            (
                json!({"type": "git", "url": "git+https://example.org/a/b.git"}),
                Some("https://example.org/a/b.git"),
            ),
            (json!("github:acme/hello"), Some("https://github.com/acme/hello")),
            (json!("acme/hello"), Some("https://github.com/acme/hello")),
            (json!("git@example.org:acme/hello"), None),
            (json!("ssh://example.org/acme"), None),
            (json!({"directory": "x"}), None),
        ];
        for (repository, expected) in table {
            assert_eq!(source(&repository).as_deref(), expected, "{repository}");
        }
    }

    #[test]
    fn what_the_manifest_says_goes_before_what_package_json_says() {
        let manifest = Manifest::parse("manifest.yaml", "name: '@acme/a'\nversion: 1.2.0\n").unwrap();
        let declared = json!({"description": "from the manifest"});
        let author = json!({"description": "from package.json", "license": "MIT", "repository": 7});
        let all = of(&manifest, &declared, &author).unwrap();
        let value = |key: &str| all.get(&format!("org.opencontainers.image.{key}")).map(String::as_str);
        assert_eq!(value("title"), Some("@acme/a"));
        assert_eq!(value("version"), Some("1.2.0"));
        assert_eq!(value("description"), Some("from the manifest"));
        assert_eq!((value("licenses"), value("source")), (Some("MIT"), None));
    }

    #[test]
    fn only_a_named_moment_is_told() {
        assert_eq!(created(None).unwrap(), None);
        assert_eq!(created(Some("0")).unwrap().as_deref(), Some("1970-01-01T00:00:00Z"));
        assert!(created(Some("yesterday")).unwrap_err().to_string().contains("`yesterday`"));
    }
}
