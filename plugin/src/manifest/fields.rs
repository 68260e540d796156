//! Reads the entries of one YAML mapping, each at most once, and collects every
//! fault instead of stopping at the first.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::error::{Finding, Position};
use super::node::{Kind, Node};
use crate::reason::Reason;

/// All that was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, at: Position, message: impl Into<String>) {
        self.because(Reason::ManifestInvalid, at, message);
    }

    pub(super) fn because(&mut self, reason: Reason, at: Position, message: impl Into<String>) {
        self.0.push(Finding { at, reason, message: message.into() });
    }

    /// In the order of the file.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.at);
        self.0
    }
}

/// The entries of a mapping that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Fields {
    path: String,
    entries: Vec<(String, Position, Node)>,
}

impl Fields {
    /// The entries of `node`, named `path` in messages; a fault if it is no mapping.
    pub(super) fn of(node: Node, path: &str, findings: &mut Findings) -> Self {
        let path = path.to_owned();
        match node.kind {
            Kind::Map(entries) => {
                let entries =
                    entries.into_iter().map(|(key, node)| (key.value, key.referenced.into(), node)).collect();
                Self { path, entries }
            }
            Kind::Scalar(Value::Null) => Self { path, entries: Vec::new() },
            Kind::Scalar(_) | Kind::List(_) => {
                let what = node.described();
                findings.add(node.at, format!("{path} is {what}: write a mapping of `key: value` lines"));
                Self { path, entries: Vec::new() }
            }
        }
    }

    /// No entries.
    pub(super) fn none() -> Self {
        Self { path: String::new(), entries: Vec::new() }
    }

    /// Takes the entry `key`; one that is there but empty counts as absent.
    pub(super) fn take(&mut self, key: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(name, ..)| name == key)?;
        let (.., node) = self.entries.remove(index);
        (!node.is_null()).then_some(node)
    }

    /// Takes a text and parses it; a fault of the type's own words.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        key: &str,
        findings: &mut Findings,
    ) -> Option<T> {
        parse(&self.take(key)?, key, findings)
    }

    /// Takes `true` or `false`.
    pub(super) fn flag(&mut self, key: &str, findings: &mut Findings) -> Option<bool> {
        let node = self.take(key)?;
        if let Kind::Scalar(Value::Bool(flag)) = node.kind {
            return Some(flag);
        }
        findings.add(node.at, format!("{key} is {}: write `true` or `false`", node.described()));
        None
    }

    /// Takes a list; absent is empty.
    pub(super) fn list(&mut self, key: &str, max: usize, findings: &mut Findings) -> Vec<Node> {
        let Some(node) = self.take(key) else { return Vec::new() };
        list(node, key, max, findings)
    }

    /// The entries that nobody took: key, where the key stands, value.
    pub(super) fn rest(self) -> Vec<(String, Position, Node)> {
        self.entries
    }

    /// The keys that nobody took, and where they stand.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, Position)> {
        self.entries.iter().map(|(key, at, _)| (key.as_str(), *at))
    }

    /// Whether there is a value under `key` that nobody has taken yet.
    pub(super) fn names(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _, node)| name == key && !node.is_null())
    }

    /// The value under `key`, which stays; one that is there but empty counts as absent.
    pub(super) fn node(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|(name, ..)| name == key)
            .map(|(.., node)| node)
            .filter(|node| !node.is_null())
    }

    /// Where the value at `path` stands, or what there is of the way to it.
    pub(super) fn position(&self, path: &[String]) -> Option<Position> {
        let (first, inner) = path.split_first()?;
        let (.., node) = self.entries.iter().find(|(name, ..)| name == first)?;
        (!node.is_null()).then(|| node.position(inner))
    }

    /// What a plugin's factory gets: the entries that nobody has taken so far,
    /// but for those that are the host's business alone.
    pub(super) fn to_config(&self, findings: &mut Findings) -> Map<String, Value> {
        let own = ["name", "version", "enabled", "entrypoint", "dependencies", "optionalDependencies"];
        let entries = self.entries.iter().filter(|(key, ..)| !own.contains(&key.as_str()));
        entries.map(|(key, _, node)| (key.clone(), exact(node, findings))).collect()
    }

    /// Faults every entry that nobody took.
    pub(super) fn refuse_rest(self, known: &str, findings: &mut Findings) {
        for (key, at, _) in self.entries {
            findings.add(at, format!("{} has no key `{key}`: it takes {known}", self.path));
        }
    }
}

/// The node's text, parsed; a fault of the type's own words.
pub(super) fn parse<T: FromStr<Err: Display>>(node: &Node, what: &str, findings: &mut Findings) -> Option<T> {
    let text = text(node, what, findings)?;
    text.parse().map_err(|error: T::Err| findings.add(node.at, error.to_string())).ok()
}

/// The node as JSON; a fault for each number in it that JavaScript would round.
pub(super) fn exact(node: &Node, findings: &mut Findings) -> Value {
    for inexact in node.inexact() {
        let message = format!("JavaScript would round {}: put it in quotes", inexact.described());
        findings.add(inexact.at, message);
    }
    node.to_json()
}

/// The node's text; a fault if it is none. A number is not a text: YAML reads
/// `1.10` as 1.1, so it must be quoted.
pub(super) fn text<'a>(node: &'a Node, what: &str, findings: &mut Findings) -> Option<&'a str> {
    match &node.kind {
        Kind::Scalar(Value::String(text)) => Some(text),
        Kind::Scalar(Value::Number(_) | Value::Bool(_)) => {
            findings.add(node.at, format!("{what} is {}: put it in quotes", node.described()));
            None
        }
        _ => {
            findings.add(node.at, format!("{what} is {}: write a text", node.described()));
            None
        }
    }
}

/// The node's items, at most `max`; a fault if it is no list.
pub(super) fn list(node: Node, what: &str, max: usize, findings: &mut Findings) -> Vec<Node> {
    match node.kind {
        Kind::List(items) if items.len() > max => {
            findings.add(node.at, format!("{what} has {} entries: at most {max} are allowed", items.len()));
            Vec::new()
        }
        Kind::List(items) => items,
        Kind::Scalar(_) | Kind::Map(_) => {
            findings.add(node.at, format!("{what} is {}: write a list", node.described()));
            Vec::new()
        }
    }
}
