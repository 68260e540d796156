//! What says how pods are run.

use davit_plugin::plan::MAX_KEYS;
use k8s_openapi::api::core::v1::{Affinity, Toleration};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::names::OBJECT;
use super::package::WORD;
use super::{RULES, matches, rules, text};
use crate::runtime::OWN_SECRETS;

/// The longest label key: a DNS subdomain, `/` and a name.
const MAX_KEY: usize = 253 + 1 + 63;
/// What a label's value may be.
const LABEL_VALUE: &str = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";
/// Labels that the operator and Kubernetes' controllers give to the pods.
const OWN_LABELS: [&str; 8] = [
    "davit.dev/runtime",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "pod-template-hash",
    "controller-revision-hash",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
];
/// Variables of the runtime that are free to be set. The others say where it finds
/// what the operator gave it, or where others find it.
const FREE_VARIABLES: [&str; 7] = [
    "RUNTIME_LOG_LEVEL",
    "DAVIT_LOG_FORMAT",
    "DAVIT_HEARTBEAT_TIMEOUT",
    "DAVIT_INIT_TIMEOUT",
    "DAVIT_START_GRACE",
    "DAVIT_TRUSTED_PROXIES",
    "DAVIT_ACCESS_LOG",
];

/// A container image, which the container runtime reads.
pub(crate) fn image(_: &mut SchemaGenerator) -> Schema {
    text(512, &matches(WORD), "write registry/repository:tag, without spaces")
}

/// Annotations of another object.
pub(crate) fn annotations(_: &mut SchemaGenerator) -> Schema {
    emptied(json_schema!({
        "type": "object",
        "maxProperties": 64,
        "additionalProperties": { "type": "string", "maxLength": 4096 },
    }))
}

/// Labels of the pods.
pub(crate) fn pod_labels(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = node_selector(generator);
    let others = format!(
        "self.all(key, !(key in {}) && !key.startsWith('davit.dev/') && !key.contains('.davit.dev/'))",
        list(&OWN_LABELS)
    );
    let message = format!(
        "`davit.dev/…` and `{}` are the operator's and Kubernetes' own: choose other labels",
        OWN_LABELS[1..].join("`, `")
    );
    schema.insert(RULES.to_owned(), rules([(others.as_str(), message.as_str())]));
    schema
}

/// Labels of a node.
pub(crate) fn node_selector(_: &mut SchemaGenerator) -> Schema {
    let message =
        "a label's value has letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit";
    let value = json!({ "type": "string", "maxLength": 63, (RULES): rules([(matches(LABEL_VALUE).as_str(), message)]) });
    emptied(json_schema!({ "type": "object", "maxProperties": 32, "additionalProperties": value }))
}

/// A map that may be emptied: of `{}` over what was there, server-side apply makes
/// `null`, which the API server takes only for a field with a default.
pub(crate) fn emptied(mut map: Schema) -> Schema {
    map.insert("default".to_owned(), json!({}));
    map
}

/// As in a pod.
pub(crate) fn tolerations(generator: &mut SchemaGenerator) -> Schema {
    let items = bounded(generator.subschema_for::<Toleration>().to_value());
    json_schema!({ "type": "array", "maxItems": 32, "items": items })
}

/// As in a pod.
pub(crate) fn affinity(generator: &mut SchemaGenerator) -> Schema {
    let schema = bounded(generator.subschema_for::<Affinity>().to_value());
    Schema::try_from(schema).expect("a schema stays one")
}

/// A schema of Kubernetes' own, with bounds and without its long descriptions.
fn bounded(mut schema: Value) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    fields.remove("description");
    match fields.get("type").and_then(Value::as_str) {
        Some("string") => drop(fields.insert("maxLength".to_owned(), json!(MAX_KEY))),
        Some("array") => drop(fields.insert("maxItems".to_owned(), json!(32))),
        Some("object") if !fields.contains_key("properties") => {
            fields.insert("maxProperties".to_owned(), json!(32));
        }
        _ => {}
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = fields.get_mut(inner) {
            *inner = bounded(inner.take());
        }
    }
    for field in fields.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        *field.1 = bounded(field.1.take());
    }
    schema
}

/// The name of a variable of the runtime container.
pub(crate) fn variable(_: &mut SchemaGenerator) -> Schema {
    let form = matches("^[A-Za-z_][A-Za-z0-9_]*$");
    let free = format!(
        "self in {} || !(self.startsWith('DAVIT_') || self.startsWith('RUNTIME_') || self in {})",
        list(&FREE_VARIABLES),
        list(&["PORT", "PLUGIN_DIRS"]),
    );
    let message = format!(
        "the operator sets PORT, PLUGIN_DIRS, `DAVIT_…` and `RUNTIME_…` itself; of these only {} may be set here",
        FREE_VARIABLES.join(", ")
    );
    let rules = rules([
        (form.as_str(), "name the variable with letters, digits and `_`, not beginning with a digit"),
        (free.as_str(), message.as_str()),
    ]);
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 256, (RULES): rules })
}

/// The name of a Secret that is no PluginRuntime's own.
pub(crate) fn others_secret(_: &mut SchemaGenerator) -> Schema {
    let own = OWN_SECRETS.map(|end| format!("!self.endsWith('{end}')")).join(" && ");
    let message = format!(
        "Secrets whose names end with {} are a PluginRuntime's own and nobody else's to read: name another one",
        OWN_SECRETS.join(", ")
    );
    let rules = rules([
        (
            matches(OBJECT).as_str(),
            "write the name of a Secret in this namespace: lower-case letters, digits, `-` and `.`",
        ),
        (own.as_str(), message.as_str()),
    ]);
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 253, (RULES): rules })
}

/// Names of Secrets with keys of the admin API, each once.
pub(crate) fn api_key_secrets(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": MAX_KEYS,
        "x-kubernetes-list-type": "set",
        "items": others_secret(generator),
    })
}

/// Texts as a list of CEL.
fn list(texts: &[&str]) -> String {
    format!("['{}']", texts.join("', '"))
}
