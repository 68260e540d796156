//! `config` in a manifest: the schema of the plugin's options (Buntime contract §2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Position;
use super::fields::{self, Fields, Findings};
use super::node::{Kind, Node};
use super::values;
use crate::VariableName;

/// More options than this in one mapping are refused.
const MAX_OPTIONS: usize = 256;
/// Options nested deeper than this are refused.
const MAX_DEPTH: usize = 8;

/// The options of a plugin, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema(pub(super) Vec<(String, ConfigOption)>);

/// One option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ConfigOption {
    /// Where its key stands.
    #[serde(skip, default = "Position::start")]
    pub(super) at: Position,
    #[serde(rename = "type")]
    pub(super) kind: OptionKind,
    /// The variable whose value goes before all others, if it is granted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) env: Option<VariableName>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) max: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) options: Vec<Value>,
    #[serde(skip_serializing_if = "Schema::is_empty", default)]
    pub(super) properties: Schema,
}

/// The type of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OptionKind {
    Text,
    Number,
    Boolean,
    Enum,
    Array,
    Object,
}

impl Schema {
    /// Whether there is no option.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The option of this name.
    pub(super) fn option(&self, key: &str) -> Option<&ConfigOption> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, option)| option)
    }

    /// Where the option at `path` stands, or what there is of the way to it.
    pub(super) fn position(&self, path: &[String]) -> Position {
        let option = path.split_first().and_then(|(first, inner)| Some((self.option(first)?, inner)));
        option.map_or(Position::START, |(option, inner)| option.at.max(option.properties.position(inner)))
    }
}

pub(super) fn read(node: Option<Node>, findings: &mut Findings) -> Schema {
    node.map_or_else(Schema::default, |node| read_level(node, 1, findings))
}

fn read_level(node: Node, depth: usize, findings: &mut Findings) -> Schema {
    if depth > MAX_DEPTH {
        findings.add(node.at, format!("config is nested deeper than {MAX_DEPTH} levels: flatten it"));
        return Schema::default();
    }
    let at = node.at;
    let options = Fields::of(node, "config", findings).rest();
    if options.len() > MAX_OPTIONS {
        findings.add(at, format!("config has {} options: at most {MAX_OPTIONS} are allowed", options.len()));
        return Schema::default();
    }
    let read = |(key, at, node): (String, Position, Node)| {
        let option = read_option(&key, at, node, depth, findings)?;
        Some((key, option))
    };
    Schema(options.into_iter().filter_map(read).collect())
}

fn read_option(
    key: &str,
    at: Position,
    node: Node,
    depth: usize,
    findings: &mut Findings,
) -> Option<ConfigOption> {
    let path = format!("config.{key}");
    if !matches!(node.kind, Kind::Map(_)) {
        findings.add(node.at, format!("{path} is {}: write `{key}: {{type: string}}`", node.described()));
        return None;
    }
    let mut fields = Fields::of(node, &path, findings);
    let kind = read_kind(&path, at, &mut fields, findings);
    let env = fields.parsed("env", findings);
    let default = fields.take("default");
    let mut option = ConfigOption {
        at,
        kind: kind?,
        env,
        required: fields.flag("required", findings).unwrap_or(false),
        default: default.as_ref().map(|node| fields::exact(node, findings)),
        min: read_number(&mut fields, "min", findings),
        max: read_number(&mut fields, "max", findings),
        options: fields.list("options", MAX_OPTIONS, findings).iter().map(Node::to_json).collect(),
        properties: fields
            .take("properties")
            .map_or_else(Schema::default, |node| read_level(node, depth + 1, findings)),
    };
    refuse_unknown(fields, findings);
    if option.kind == OptionKind::Enum && option.options.is_empty() {
        findings.add(at, format!("{path} is an enum without choices: write `options: [a, b]`"));
    } else if let (Some(node), Some(value)) = (default, option.default.take()) {
        match values::check(&option, &value) {
            Ok(()) => option.default = Some(value),
            Err(why) => findings.add(node.at, format!("{path}.default {why}")),
        }
    }
    Some(option)
}

fn refuse_unknown(mut fields: Fields, findings: &mut Findings) {
    for words in ["label", "description"] {
        let _for_people: Option<String> = fields.parsed(words, findings);
    }
    let known = "type, label, description, env, required, default, min, max, options and properties";
    fields.refuse_rest(known, findings);
}

fn read_kind(path: &str, at: Position, fields: &mut Fields, findings: &mut Findings) -> Option<OptionKind> {
    let types = "string, number, boolean, enum, array, password or object";
    let Some(node) = fields.take("type") else {
        findings.add(at, format!("{path} has no type: write `type:` with one of {types}"));
        return None;
    };
    Some(match fields::text(&node, "type", findings)? {
        "string" | "password" => OptionKind::Text,
        "number" => OptionKind::Number,
        "boolean" => OptionKind::Boolean,
        "enum" => OptionKind::Enum,
        "array" => OptionKind::Array,
        "object" => OptionKind::Object,
        _ => {
            findings
                .add(node.at, format!("{} is no type of an option: write one of {types}", node.described()));
            return None;
        }
    })
}

fn read_number(fields: &mut Fields, key: &str, findings: &mut Findings) -> Option<f64> {
    let node = fields.take(key)?;
    if let Kind::Scalar(Value::Number(number)) = &node.kind {
        return number.as_f64();
    }
    findings.add(node.at, format!("{key} is {}: write a number", node.described()));
    None
}
