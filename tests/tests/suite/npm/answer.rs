//! An answer as it is compared.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::requests::Source;

/// Headers that are not compared.
const OTHERS: [&str; 5] = [
    // The moment of the answer: Bun.serve tells it.
    "date",
    // Davit's own for each request.
    "x-request-id",
    // These concern one connection alone: each server has its own way to send a body.
    "connection",
    "keep-alive",
    "transfer-encoding",
];

/// What came, without what may differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Sorted by name; those of one name in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// A body, shown as text where it is text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Text(String),
    Bytes(Vec<u8>),
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let kept = headers.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str()));
        let mut headers: Vec<_> =
            kept.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        headers.sort_by(|(left, _), (right, _)| left.cmp(right));
        let body = String::from_utf8(body).map_or_else(|error| Body::Bytes(error.into_bytes()), Body::Text);
        Self { status, headers, body }
    }

    /// Takes out what need not be the same as in the answer of the other side:
    /// these headers, and the length that only one of them told beforehand.
    pub(crate) fn beside(mut self, other: &[String], differs: &BTreeMap<String, String>) -> Self {
        self.headers.retain(|(name, _)| {
            !differs.contains_key(name) && (name != "content-length" || other.contains(name))
        });
        self
    }

    /// The names of its headers.
    pub(crate) fn names(&self) -> Vec<String> {
        self.headers.iter().map(|(name, _)| name.clone()).collect()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(at, _)| at == name).map(|(_, value)| value.as_str())
    }

    /// The cookies that it sets: name, value, and whether they go at once.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.all("set-cookie").filter_map(|line| {
            let (cookie, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = cookie.split_once('=')?;
            Some((name, value, attributes.to_ascii_lowercase().contains("max-age=0")))
        })
    }

    /// A value of this answer. It must be there.
    pub(crate) fn value(&self, source: &Source) -> String {
        let found = match source {
            Source::Header(name) => self.all(name).next().map(str::to_owned),
            Source::Cookie(name) => {
                self.cookies().find(|(at, ..)| at == name).map(|(_, value, _)| value.to_owned())
            }
            Source::Json(pointer) => self.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned),
            Source::Boundary => {
                let boundary = self.all("content-type").find_map(|value| value.split_once("boundary="));
                boundary.map(|(_, boundary)| boundary.trim_matches('"').to_owned())
            }
        };
        let found = found.filter(|value| !value.is_empty());
        found.unwrap_or_else(|| panic!("the answer has no {source:?}: {self:#?}"))
    }

    fn json(&self) -> Value {
        let Body::Text(text) = &self.body else { return Value::Null };
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The same with `{name}` where a kept value stands.
    pub(crate) fn with_names(mut self, kept: &BTreeMap<String, String>) -> Self {
        let name = |text: &mut String| {
            for (name, value) in kept {
                *text = text.replace(value.as_str(), &format!("{{{name}}}"));
            }
        };
        self.headers.iter_mut().for_each(|(_, value)| name(value));
        if let Body::Text(text) = &mut self.body {
            name(text);
        }
        self
    }
}
