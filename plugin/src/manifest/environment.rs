//! In: the text of an environment variable. Out: the value that an option of the
//! configuration makes of it. What is wrong is said without the text, which may
//! be a secret.

use serde_json::{Map, Value};

use super::node::MAX_INTEGER;
use super::schema::{ConfigOption, OptionKind};

/// The value of the option's type. None if the text is empty, which is a value
/// only of an option that is a text.
pub(super) fn value(option: &ConfigOption, text: &str) -> Result<Option<Value>, String> {
    if option.kind == OptionKind::Text {
        return Ok(Some(text.into()));
    }
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match option.kind {
        OptionKind::Text => text.into(),
        OptionKind::Number => number(text).ok_or("must be a number that JavaScript holds exactly")?,
        OptionKind::Boolean => boolean(text).ok_or("must be `true` or `false`")?.into(),
        OptionKind::Enum => choice(&option.options, text),
        OptionKind::Array => {
            array(text).ok_or("must be a list: JSON, or entries separated by commas")?.into()
        }
        OptionKind::Object => object(text).ok_or("must be a mapping as JSON, e.g. `{\"key\": 1}`")?.into(),
    };
    Ok(Some(value))
}

fn number(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    if number.fract() != 0.0 {
        return Some(number.into());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole and below 2^53")]
    (number.abs() <= MAX_INTEGER as f64).then_some((number as i64).into())
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The choice that is written so; else the text, which is then no choice.
fn choice(options: &[Value], text: &str) -> Value {
    let written = |option: &Value| option.as_str().map_or_else(|| option.to_string(), str::to_owned);
    options.iter().find(|option| written(option) == text).cloned().unwrap_or_else(|| text.into())
}

fn array(text: &str) -> Option<Vec<Value>> {
    if text.starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    Some(text.split(',').map(|entry| entry.trim().into()).collect())
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}
