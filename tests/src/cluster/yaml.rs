//! Objects as people write them.

use serde_json::Value;

/// The documents of a YAML text; empty ones are left out. Panics if it is no YAML.
pub fn documents(text: &str) -> Vec<Value> {
    let parsed: Result<Vec<Value>, _> = serde_saphyr::from_multiple(text);
    let all = parsed.unwrap_or_else(|error| panic!("{error}\nin:\n{text}"));
    all.into_iter().filter(|document| !document.is_null()).collect()
}
