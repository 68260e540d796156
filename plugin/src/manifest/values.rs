//! Whether a value of a plugin's configuration fits its option.

use serde_json::Value;

use super::schema::{ConfigOption, OptionKind};

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
