//! `config` in a manifest: the schema of the plugin's options (Buntime contract §2).

use serde_json::Value;

use super::error::Position;
use super::fields::{Fields, Findings};
use super::node::{Kind, Node};

/// More options than this in one mapping are refused.
pub const MAX_OPTIONS: usize = 256;
/// Options nested deeper than this are refused.
pub const MAX_DEPTH: usize = 8;

/// The options of a plugin, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema(pub(super) Vec<(String, ConfigOption)>);

/// One option.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigOption {
    pub(super) kind: OptionKind,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) options: Vec<Value>,
    pub(super) properties: Schema,
}

/// The type of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OptionKind {
    Text,
    Number,
    Boolean,
    Enum,
    Array,
    Object,
}

pub(super) fn read(node: Option<Node>, findings: &mut Findings, warnings: &mut Findings) -> Schema {
    node.map_or_else(Schema::default, |node| read_level(node, 1, findings, warnings))
}

fn read_level(node: Node, depth: usize, findings: &mut Findings, warnings: &mut Findings) -> Schema {
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
        let option = read_option(&key, at, node, depth, findings, warnings)?;
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
    warnings: &mut Findings,
) -> Option<ConfigOption> {
    let path = format!("config.{key}");
    let mut fields = Fields::of(node, &path, findings);
    let kind = read_kind(&path, at, &mut fields, findings)?;
    if let Some(env) = fields.take("env") {
        warnings.add(
            env.at,
            format!("{path}.env has no effect yet: this version reads no environment variables"),
        );
    }
    let option = ConfigOption {
        kind,
        required: fields.flag("required", findings).unwrap_or(false),
        default: fields.take("default").map(|node| node.to_json()),
        min: read_number(&mut fields, "min", findings),
        max: read_number(&mut fields, "max", findings),
        options: fields.list("options", MAX_OPTIONS, findings).iter().map(Node::to_json).collect(),
        properties: fields
            .take("properties")
            .map_or_else(Schema::default, |node| read_level(node, depth + 1, findings, warnings)),
    };
    for words in ["label", "description"] {
        let _for_people: Option<String> = fields.parsed(words, findings);
    }
    let known = "type, label, description, env, required, default, min, max, options and properties";
    fields.refuse_rest(known, findings);
    if kind == OptionKind::Enum && option.options.is_empty() {
        findings.add(at, format!("{path} is an enum without choices: write `options: [a, b]`"));
    }
    Some(option)
}

fn read_kind(path: &str, at: Position, fields: &mut Fields, findings: &mut Findings) -> Option<OptionKind> {
    let name: Option<String> = fields.parsed("type", findings);
    Some(match name.as_deref() {
        Some("string" | "password") => OptionKind::Text,
        Some("number") => OptionKind::Number,
        Some("boolean") => OptionKind::Boolean,
        Some("enum") => OptionKind::Enum,
        Some("array") => OptionKind::Array,
        Some("object") => OptionKind::Object,
        _ => {
            let types = "string, number, boolean, enum, array, password or object";
            findings.add(at, format!("{path} has no known type: write `type:` with one of {types}"));
            return None;
        }
    })
}

fn read_number(fields: &mut Fields, key: &str, findings: &mut Findings) -> Option<f64> {
    let node = fields.take(key)?;
    match &node.kind {
        Kind::Scalar(Value::Number(number)) => number.as_f64(),
        _ => {
            findings.add(node.at, format!("{key} is {}: write a number", node.described()));
            None
        }
    }
}
