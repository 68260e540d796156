//! `menus`: entries of the console's sidebar.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Findings, list};
use super::node::{Kind, Node};

/// More entries than this in one list are refused.
const MAX_ENTRIES: usize = 64;
/// Entries deeper than this are refused.
const MAX_DEPTH: usize = 4;

/// One entry of the console's sidebar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    /// What the entry says.
    pub title: String,
    /// The icon's name, e.g. `lucide:key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The path that the entry opens, from the root of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Entries below this one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub items: Vec<Menu>,
}

pub(super) fn read(node: Option<Node>, findings: &mut Findings) -> Vec<Menu> {
    node.map_or_else(Vec::new, |node| read_level(node, 1, findings))
}

fn read_level(node: Node, depth: usize, findings: &mut Findings) -> Vec<Menu> {
    if depth > MAX_DEPTH {
        findings.add(node.at, format!("menus are nested deeper than {MAX_DEPTH} levels: flatten them"));
        return Vec::new();
    }
    let nodes = list(node, "menus", MAX_ENTRIES, findings);
    nodes.into_iter().filter_map(|node| read_entry(node, depth, findings)).collect()
}

fn read_entry(node: Node, depth: usize, findings: &mut Findings) -> Option<Menu> {
    let (at, mapping) = (node.at, matches!(node.kind, Kind::Map(_)));
    let mut fields = Fields::of(node, "a menu entry", findings);
    if mapping && !fields.names("title") {
        findings.add(at, "a menu entry has no title: write `title: …`");
    }
    let title = fields.parsed("title", findings);
    let icon = fields.parsed("icon", findings);
    let path = fields.parsed("path", findings);
    let items = fields.take("items").map_or_else(Vec::new, |node| read_level(node, depth + 1, findings));
    fields.refuse_rest("title, icon, path and items", findings);
    Some(Menu { title: title?, icon, path, items })
}
