//! JSON that is the same text wherever it is made.

use serde_json::{Number, Value};

/// Keys in order, whatever order the JSON library keeps, and whole numbers
/// without a fraction.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(key, value)| (key, plain(value))).collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Number(number) => Value::Number(whole(number)),
        other => other,
    }
}

fn whole(number: Number) -> Number {
    let text = number.to_string();
    text.strip_suffix(".0").and_then(|text| text.parse::<i64>().ok()).map_or(number, Number::from)
}
