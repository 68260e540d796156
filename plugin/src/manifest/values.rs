//! A plugin's configuration values: checked against the schema and completed
//! with its defaults.

use serde_json::{Map, Value};

use super::schema::{ConfigOption, OptionKind, Schema};

/// A value that does not fit its option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("config `{path}` {why}")]
pub struct Misfit {
    /// The option, e.g. `smtp.port`.
    pub path: String,
    /// What is wrong and what fits.
    pub why: String,
}

/// Completes `values` with the schema's defaults and checks each option. Keys
/// that the schema does not name stay as they are.
pub fn complete(schema: &Schema, mut values: Map<String, Value>) -> Result<Map<String, Value>, Vec<Misfit>> {
    let mut misfits = Vec::new();
    complete_level(schema, &mut values, "", &mut misfits);
    if misfits.is_empty() { Ok(values) } else { Err(misfits) }
}

fn complete_level(schema: &Schema, values: &mut Map<String, Value>, above: &str, misfits: &mut Vec<Misfit>) {
    for (key, option) in &schema.0 {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        if !values.contains_key(key) {
            match &option.default {
                Some(default) => drop(values.insert(key.clone(), default.clone())),
                None if option.kind == OptionKind::Object && !option.properties.0.is_empty() => {
                    values.insert(key.clone(), Value::Object(Map::new()));
                }
                None => {}
            }
        }
        let Some(value) = values.get_mut(key) else {
            if option.required {
                misfits.push(Misfit { path, why: "is required: give it a value".to_owned() });
            }
            continue;
        };
        if let Err(why) = check(option, value) {
            misfits.push(Misfit { path, why });
        } else if let Value::Object(inner) = value {
            complete_level(&option.properties, inner, &path, misfits);
        }
    }
}

fn check(option: &ConfigOption, value: &Value) -> Result<(), String> {
    let wrong = |expected: &str| Err(format!("is {}: it must be {expected}", kind_of(value)));
    match (option.kind, value) {
        (OptionKind::Text, Value::String(text)) => within(option, text.chars().count(), "characters"),
        (OptionKind::Number, Value::Number(number)) => {
            within(option, number.as_f64().unwrap_or(f64::NAN), "")
        }
        (OptionKind::Array, Value::Array(items)) => within(option, items.len(), "entries"),
        (OptionKind::Boolean, Value::Bool(_)) | (OptionKind::Object, Value::Object(_)) => Ok(()),
        (OptionKind::Enum, value) if option.options.contains(value) => Ok(()),
        (OptionKind::Enum, _) => {
            let choices: Vec<_> = option.options.iter().map(Value::to_string).collect();
            wrong(&format!("one of {}", choices.join(", ")))
        }
        (OptionKind::Text, _) => wrong("a text"),
        (OptionKind::Number, _) => wrong("a number"),
        (OptionKind::Array, _) => wrong("a list"),
        (OptionKind::Boolean, _) => wrong("true or false"),
        (OptionKind::Object, _) => wrong("a mapping"),
    }
}

/// `min` and `max` bound a number itself, a text's length and a list's length.
fn within(option: &ConfigOption, measure: impl Measure, unit: &str) -> Result<(), String> {
    let measure = measure.as_f64();
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    match (option.min, option.max) {
        (Some(min), _) if measure < min => Err(format!("is too small: at least {min}{unit}")),
        (_, Some(max)) if measure > max => Err(format!("is too large: at most {max}{unit}")),
        _ => Ok(()),
    }
}

trait Measure {
    fn as_f64(&self) -> f64;
}

impl Measure for f64 {
    fn as_f64(&self) -> f64 {
        *self
    }
}

impl Measure for usize {
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
    fn as_f64(&self) -> f64 {
        *self as f64
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
