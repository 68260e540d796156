//! `dependencies` and `optionalDependencies`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{self, Fields, Findings};
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
            let at = node.at;
            let Some((name, version)) = read_one(node, key, findings) else { continue };
            match all.iter().find(|known| known.name == name) {
                None => all.push(Dependency { name, version, optional }),
                Some(known) if known.version == version => {}
                Some(known) => findings
                    .add(at, format!("{key}: {name} is named above in {}: name it once", known.version)),
            }
        }
    }
    all
}

/// An entry is a name, `{name: …, version: …}`, or `{the-name: range}`.
fn read_one(node: Node, key: &str, findings: &mut Findings) -> Option<(PluginName, VersionRange)> {
    let short = |key: &str| key != "name" && key != "version";
    match &node.kind {
        Kind::Map(entries) if entries.len() == 1 && short(&entries[0].0.value) => {
            let (name, range) = &entries[0];
            let at = name.referenced.into();
            let name = name.value.parse().map_err(|error| findings.add(at, format!("{error}"))).ok();
            let range = fields::parse(range, "the version range", findings);
            Some((name?, range?))
        }
        Kind::Map(_) => {
            let at = node.at;
            let mut fields = Fields::of(node, key, findings);
            if !fields.names("name") {
                findings.add(at, format!("{key} has an entry without a name: write `name: …`"));
            }
            let name = fields.parsed("name", findings);
            let version = fields.parsed("version", findings).unwrap_or_else(VersionRange::any);
            fields.refuse_rest("name and version", findings);
            Some((name?, version))
        }
        Kind::Scalar(Value::String(_)) => Some((fields::parse(&node, key, findings)?, VersionRange::any())),
        Kind::Scalar(_) | Kind::List(_) => {
            findings.add(node.at, format!("{key} holds {}: write the name of a plugin", node.described()));
            None
        }
    }
}
