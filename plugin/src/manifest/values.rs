//! A plugin's configuration values: checked against the schema and completed
//! with its defaults.

use serde_json::{Map, Value};

use super::schema::{ConfigOption, OptionKind, Schema};

/// A value that does not fit its option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("config `{}` {why}", path.join("."))]
pub(super) struct Misfit {
    /// The keys that lead to the value.
    pub(super) path: Vec<String>,
    /// What is wrong and what fits.
    why: String,
}

/// Completes `values` with the schema's defaults and checks each option. Keys
/// that the schema does not name stay as they are.
pub(super) fn complete(
    schema: &Schema,
    mut values: Map<String, Value>,
) -> Result<Map<String, Value>, Vec<Misfit>> {
    let mut misfits = Vec::new();
    complete_level(schema, &mut values, &[], &mut misfits);
    if misfits.is_empty() { Ok(values) } else { Err(misfits) }
}

fn complete_level(
    schema: &Schema,
    values: &mut Map<String, Value>,
    above: &[String],
    misfits: &mut Vec<Misfit>,
) {
    for (key, option) in &schema.0 {
        let path = [above, std::slice::from_ref(key)].concat();
        fill(option, key, values);
        let fits = match values.get_mut(key) {
            None if option.required => Err("is required: give it a value".to_owned()),
            None => Ok(()),
            Some(value) => check(option, value).map(|()| {
                if let Value::Object(inner) = value {
                    complete_level(&option.properties, inner, &path, misfits);
                }
            }),
        };
        misfits.extend(fits.err().map(|why| Misfit { path, why }));
    }
}

/// Gives an option without a value its default. An object that has none is made
/// of its properties' defaults.
fn fill(option: &ConfigOption, key: &str, values: &mut Map<String, Value>) {
    if values.get(key).is_some_and(|value| !value.is_null()) {
        return;
    }
    values.remove(key);
    let of_properties = || (!option.properties.0.is_empty()).then(|| Value::Object(Map::new()));
    if let Some(value) = option.default.clone().or_else(of_properties) {
        values.insert(key.to_owned(), value);
    }
}

/// Whether `value` is of the option's type and within its bounds.
pub(super) fn check(option: &ConfigOption, value: &Value) -> Result<(), String> {
    let wrong = |expected: &str| Err(format!("is {}: it must be {expected}", kind_of(value)));
    match (option.kind, value) {
        (OptionKind::Text, Value::String(text)) => {
            within(option, length(text.chars().count()), " characters")
        }
        (OptionKind::Number, Value::Number(number)) => {
            within(option, number.as_f64().unwrap_or(f64::NAN), "")
        }
        (OptionKind::Array, Value::Array(items)) => within(option, length(items.len()), " entries"),
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
fn within(option: &ConfigOption, measure: f64, unit: &str) -> Result<(), String> {
    match (option.min, option.max) {
        (Some(min), _) if measure < min => Err(format!("is too small: at least {min}{unit}")),
        (_, Some(max)) if measure > max => Err(format!("is too large: at most {max}{unit}")),
        _ => Ok(()),
    }
}

#[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
fn length(count: usize) -> f64 {
    count as f64
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
