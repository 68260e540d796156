//! What is asked of a plugin: `requests.yaml` beside its code.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use davit_tests::programs::repository;
use serde::Deserialize;
use serde_json::Value;

/// One request, and what must come.
///
/// `{name}` in the path, a header or the body stands for a value that an earlier
/// answer gave by `keep`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// Method and path, e.g. `GET /notes?page=2`.
    pub(crate) ask: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// The body as text.
    pub(crate) body: Option<String>,
    /// The body as JSON; the content type says so.
    pub(crate) json: Option<Value>,
    /// A body of this many bytes.
    pub(crate) size: Option<u32>,
    /// The status that must come.
    #[serde(default = "ok")]
    pub(crate) status: u16,
    /// What must have come of the body before the gate is asked, each time; the
    /// plugin sends no more until then.
    #[serde(default)]
    pub(crate) parts: Vec<String>,
    /// The request that lets the plugin go on.
    pub(crate) gate: Option<String>,
    /// Headers that may differ, each with the reason.
    #[serde(default)]
    pub(crate) differs: BTreeMap<String, String>,
    /// Values of each run's own, by name: they are compared as `{name}`.
    #[serde(default)]
    pub(crate) keep: BTreeMap<String, Source>,
}

fn ok() -> u16 {
    200
}

/// Where a kept value stands in an answer.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Source {
    /// `/token`: a JSON pointer into the body.
    Json(String),
    /// `header NAME`.
    Header(String),
    /// `cookie NAME`: the value that a `set-cookie` gives it.
    Cookie(String),
    /// `boundary`: of a multipart body.
    Boundary,
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(' ') {
            Some(("header", name)) => Ok(Self::Header(name.to_owned())),
            Some(("cookie", name)) => Ok(Self::Cookie(name.to_owned())),
            None if text == "boundary" => Ok(Self::Boundary),
            None if text.starts_with('/') => Ok(Self::Json(text)),
            _ => Err(format!("{text:?} is none of: /pointer, header NAME, cookie NAME, boundary")),
        }
    }
}

fn folder() -> PathBuf {
    repository().join("tests/npm/plugins")
}

/// The requests of a plugin, in order.
pub(crate) fn of(plugin: &str) -> Vec<Step> {
    let path = folder().join(plugin).join("requests.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The plugins that have requests, sorted.
pub(crate) fn plugins() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the folder can be read");
    let with_requests = entries
        .map(|entry| entry.expect("it can be read"))
        .filter(|entry| entry.path().join("requests.yaml").is_file());
    let mut names: Vec<_> =
        with_requests.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort_unstable();
    names
}
