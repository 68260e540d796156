//! Pieces of the CRDs' schemas that several fields share. Every text, list and
//! map has a bound, so that the API server can estimate the cost of the rules.
//! A rule says what to write instead; a `pattern` could only quote itself.

mod durations;
mod environment;
mod names;
mod package;
mod pods;
mod status;
#[cfg(test)]
mod tests;

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

pub(crate) use durations::{drain_timeout, prepare_timeout, settle};
pub(crate) use environment::{plugin_variable, plugin_variables, variable_value};
pub(crate) use names::{class, key, object_name, plugin_name, runtime_name};
pub(crate) use package::{any_object, base, path, public_routes, range, reference};
pub(crate) use pods::{
    affinity, annotations, api_key_secrets, emptied, image, node_selector, others_secret, pod_labels,
    tolerations, variable,
};
pub(crate) use status::{digest, fence, time, version};

/// The extension that holds CEL rules.
pub(crate) const RULES: &str = "x-kubernetes-validations";

/// CEL rules and what they say when they do not hold.
pub(crate) fn rules<const N: usize>(rules: [(&str, &str); N]) -> Value {
    rules.iter().map(|(rule, message)| json!({ "rule": rule, "message": message })).collect()
}

/// A text of 1 to `max` characters for which `rule` holds.
fn text(max: usize, rule: &str, message: &str) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": max, (RULES): rules([(rule, message)]) })
}

/// The CEL expression that a text has the form of a regular expression (RE2).
fn matches(form: &str) -> String {
    format!("self.matches(r'{form}')")
}
