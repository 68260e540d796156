//! In: the table of fields. Out: a JSON Schema (2020-12). It is as strict as the
//! parser wherever a schema can be; what it cannot say (ranges, values against
//! the manifest's own options, depth) is left to the parser.

use serde_json::{Map, Value, json};

use super::shape::{Field, Mapping, Shape};
use super::{serverless, top};
use crate::manifest::RESERVED;

/// A number of seconds, or digits with a unit.
const DURATION: &str = "^[0-9]+(ms|s|m|h)?$";
/// A number of bytes, or digits with a unit.
const SIZE: &str = "^[0-9]+(B|Ki|KiB|Mi|MiB|Gi|GiB|k|K|kB|KB|M|MB|G|GB)?$";

/// The schema as a file's text.
pub(super) fn text() -> String {
    format!("{:#}\n", manifest())
}

/// The schema of a manifest.
pub(super) fn manifest() -> Value {
    let mut properties = fields(top::MANIFEST.fields);
    for field in serverless::SERVERLESS.fields {
        // A persistent plugin may use the key for what it likes.
        properties.insert(field.key.to_owned(), json!({ "description": plain(field.about) }));
    }
    for key in RESERVED {
        let about = "Reserved for a later version: remove it or rename it.";
        properties.insert(key.to_owned(), json!({ "type": "null", "description": about }));
    }
    let is_serverless = json!({
        "required": ["davit"],
        "properties": { "davit": {
            "type": "object",
            "required": ["mode"],
            "properties": { "mode": { "const": "serverless" } },
        } },
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The manifest of a Davit plugin",
        "description": plain(top::MANIFEST.about),
        "type": "object",
        "required": required(top::MANIFEST.fields),
        "properties": properties,
        "if": is_serverless,
        "then": { "properties": fields(serverless::SERVERLESS.fields) },
        "$defs": definitions(),
    })
}

fn definitions() -> Map<String, Value> {
    let mut mappings = Vec::new();
    top::MANIFEST.fields.iter().for_each(|field| field.shape.mappings(&mut mappings));
    mappings.into_iter().map(|mapping| (key(mapping), strict(mapping))).collect()
}

/// A mapping that takes no other keys.
fn strict(mapping: &Mapping) -> Value {
    json!({
        "type": "object",
        "required": required(mapping.fields),
        "properties": fields(mapping.fields),
        "additionalProperties": false,
    })
}

fn required(fields: &[Field]) -> Vec<&str> {
    fields.iter().filter(|field| field.is_required()).map(|field| field.key).collect()
}

fn fields(fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.key.to_owned(), described(field))).collect()
}

/// The field's schema with what an editor shows. A field that is there but empty
/// counts as absent.
fn described(field: &Field) -> Value {
    let inner = of(field.shape);
    let mut schema =
        if field.is_required() { inner } else { json!({ "anyOf": [inner, { "type": "null" }] }) };
    schema["description"] = plain(field.about).into();
    schema
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Text { fits, unlike, most, .. } => text_like(fits, unlike, *most),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Count { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Duration { .. } => quantity(DURATION),
        Shape::Size { .. } => quantity(SIZE),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::List { of: inner, most: 0 } => json!({ "type": "array", "items": of(inner) }),
        Shape::List { of: inner, most } => json!({ "type": "array", "items": of(inner), "maxItems": most }),
        Shape::Map { keys, of: inner, least, most } => map(keys, inner, *least, *most),
        Shape::Mapping(mapping) => json!({ "$ref": format!("#/$defs/{}", key(mapping)) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of).collect::<Vec<_>>() }),
        Shape::Anything => json!({}),
    }
}

fn text_like(fits: &str, unlike: &str, most: usize) -> Value {
    let mut schema = json!({ "type": "string" });
    if !fits.is_empty() {
        schema["pattern"] = fits.into();
    }
    if !unlike.is_empty() {
        schema["not"] = json!({ "pattern": unlike });
    }
    if most > 0 {
        schema["maxLength"] = most.into();
    }
    schema
}

fn quantity(pattern: &str) -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": pattern }] })
}

fn map(keys: &Shape, inner: &Shape, least: usize, most: usize) -> Value {
    let mut schema =
        json!({ "type": "object", "propertyNames": of(keys), "additionalProperties": of(inner) });
    if least > 0 {
        schema["minProperties"] = least.into();
    }
    if most > 0 {
        schema["maxProperties"] = most.into();
    }
    schema
}

/// `A menu entry` as `aMenuEntry`.
fn key(mapping: &Mapping) -> String {
    let words = mapping.name.split([' ', '.']).enumerate();
    let word = |(index, word): (usize, &str)| {
        let (first, rest) = word.split_at(1);
        let first = if index == 0 { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
        first + rest
    };
    words.map(word).collect()
}

/// Markdown without its links.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        match link.split_once("](").and_then(|(words, behind)| Some((words, behind.split_once(')')?.1))) {
            Some((words, behind)) if !words.contains(['[', '`']) => {
                text += before;
                text += words;
                rest = behind;
            }
            _ => {
                text += before;
                text.push('[');
                rest = link;
            }
        }
    }
    text + rest
}
