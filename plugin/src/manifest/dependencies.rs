//! `dependencies` and `optionalDependencies`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{Fields, Findings, text};
use super::node::{Kind, Node};
use crate::{PluginName, VersionRange};

/// More dependencies than this are refused.
pub const MAX_DEPENDENCIES: usize = 64;

/// Another plugin that this one needs, or uses when it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other plugin.
    pub name: PluginName,
    /// The versions that will do.
    pub version: VersionRange,
    /// Whether the plugin runs without it.
    pub optional: bool,
}

/// Reads both lists; a plugin named in both is required.
pub(super) fn read(fields: &mut Fields, findings: &mut Findings) -> Vec<Dependency> {
    let mut all: Vec<Dependency> = Vec::new();
    for (key, optional) in [("dependencies", false), ("optionalDependencies", true)] {
        for node in fields.list(key, MAX_DEPENDENCIES, findings) {
            let Some((name, version)) = read_one(node, key, findings) else { continue };
            if !all.iter().any(|known| known.name == name) {
                all.push(Dependency { name, version, optional });
            }
        }
    }
    all
}

/// An entry is a name, `{name: …, version: …}`, or `{the-name: range}`.
fn read_one(node: Node, key: &str, findings: &mut Findings) -> Option<(PluginName, VersionRange)> {
    let at = node.at;
    match &node.kind {
        Kind::Map(entries) if entries.len() == 1 && entries[0].0.value != "name" => {
            let (name, range) = &entries[0];
            let name =
                name.value.parse().map_err(|error| findings.add(at, format!("{key}: {error}"))).ok()?;
            let range = text(range, "the version range", findings)?;
            let range = range.parse().map_err(|error| findings.add(at, format!("{key}: {error}"))).ok()?;
            Some((name, range))
        }
        Kind::Map(_) => {
            let mut fields = Fields::of(node, key, findings);
            let name = fields.parsed("name", findings);
            let version = fields.parsed("version", findings).unwrap_or_else(VersionRange::any);
            fields.refuse_rest("name and version", findings);
            Some((name?, version))
        }
        Kind::Scalar(Value::String(name)) => {
            let name = name.parse().map_err(|error| findings.add(at, format!("{key}: {error}"))).ok()?;
            Some((name, VersionRange::any()))
        }
        _ => {
            findings.add(at, format!("{key} holds {}: write the name of a plugin", node.described()));
            None
        }
    }
}
