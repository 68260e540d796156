//! Conditions of an object's status.

use serde_json::Value;

/// The condition of this type.
pub fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == name)
}

/// Status and reason of the condition of this type, e.g. `("True", "Serving")`; empty
/// texts if it has none.
pub fn reason<'a>(object: &'a Value, name: &str) -> (&'a str, &'a str) {
    let text = |key: &str| condition(object, name).and_then(|it| it[key].as_str()).unwrap_or_default();
    (text("status"), text("reason"))
}
