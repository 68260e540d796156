//! In: a schema. Out: its fields, outer ones before inner ones, each with its
//! path, type, default and description.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

use super::json::plain;

/// A field of a schema.
pub(super) struct Field<'a> {
    /// `source.oci.reference`; `[]` stands for each item of a list and `*` for
    /// each key of a map.
    pub(super) path: String,
    pub(super) schema: &'a JSONSchemaProps,
    pub(super) required: bool,
}

/// The fields of `schema`, whose path is `path`.
pub(super) fn fields<'a>(path: &str, schema: &'a JSONSchemaProps) -> Vec<Field<'a>> {
    let required = |name: &String| schema.required.iter().flatten().any(|one| one == name);
    let mut all = Vec::new();
    for (name, field) in schema.properties.iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        all.push(Field { path: path.clone(), schema: field, required: required(name) });
        let (path, inner) = innermost(path, field);
        all.extend(fields(&path, inner));
    }
    all
}

/// The schema inside of lists and maps, and its path.
fn innermost(path: String, schema: &JSONSchemaProps) -> (String, &JSONSchemaProps) {
    match (items(schema), values(schema)) {
        (Some(items), _) => innermost(format!("{path}[]"), items),
        (_, Some(values)) => innermost(format!("{path}.*"), values),
        _ => (path, schema),
    }
}

/// The schema of a list's items.
pub(super) fn items(schema: &JSONSchemaProps) -> Option<&JSONSchemaProps> {
    match &schema.items {
        Some(JSONSchemaPropsOrArray::Schema(items)) => Some(items),
        _ => None,
    }
}

/// The schema of a map's values.
pub(super) fn values(schema: &JSONSchemaProps) -> Option<&JSONSchemaProps> {
    match &schema.additional_properties {
        Some(JSONSchemaPropsOrBool::Schema(values)) => Some(values),
        _ => None,
    }
}

impl Field<'_> {
    /// The field's type with its bounds, in words.
    pub(super) fn kind(&self) -> String {
        kind(self.schema)
    }

    /// The default as JSON, or that there must be a value.
    pub(super) fn default(&self) -> String {
        let unsaid = if self.required { "required" } else { "" };
        default(self.schema).unwrap_or_else(|| unsaid.to_owned())
    }
}

/// The default of a schema as JSON.
pub(super) fn default(schema: &JSONSchemaProps) -> Option<String> {
    schema.default.as_ref().map(|default| format!("`{}`", plain(default.0.clone())))
}

fn kind(schema: &JSONSchemaProps) -> String {
    if let Some(values) = &schema.enum_ {
        let words: Vec<_> = values.iter().filter_map(|value| value.0.as_str()).collect();
        return format!("`{}`", words.join("`, `"));
    }
    if schema.x_kubernetes_int_or_string == Some(true) {
        return "quantity".to_owned();
    }
    match (items(schema), values(schema)) {
        (Some(items), _) => format!("list{} of {}", most(schema.max_items), kind(items)),
        (_, Some(values)) => format!("map{} of {}", most(schema.max_properties), kind(values)),
        _ if schema.x_kubernetes_preserve_unknown_fields == Some(true) => "any object".to_owned(),
        _ => scalar(schema),
    }
}

fn scalar(schema: &JSONSchemaProps) -> String {
    let name = schema.type_.clone().unwrap_or_default();
    match (schema.minimum, schema.maximum) {
        (Some(least), Some(most)) => format!("{name}, {least} to {most}"),
        _ if schema.format.as_deref() == Some("date-time") => "time".to_owned(),
        _ => name + &most(schema.max_length),
    }
}

fn most(bound: Option<i64>) -> String {
    bound.map(|bound| format!(" (≤ {bound})")).unwrap_or_default()
}
