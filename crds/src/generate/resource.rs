//! The page of one resource.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps,
};

use super::columns::columns;
use super::fields::{default, fields};
use super::markdown::{HEADER, code, table};
use super::rules::rules;
use crate::definitions::schema;

/// The page of a resource: its fields, rules and columns.
pub(super) fn page(definition: &CustomResourceDefinition) -> String {
    let root = schema(definition).expect("each definition has a schema");
    let parts: String = root.properties.iter().flatten().map(|(name, schema)| part(name, schema)).collect();
    let (head, rules) = (head(definition, root), rule_table(root));
    format!("{HEADER}{head}{parts}{rules}{}{}", column_table(definition), selectors(definition))
}

fn head(definition: &CustomResourceDefinition, root: &JSONSchemaProps) -> String {
    let spec = &definition.spec;
    let (names, version) = (&spec.names, &spec.versions[0].name);
    let short = names.short_names.iter().flatten().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    format!(
        "# {}\n{}\n\n`{}/{version}`, {}, short name {short}. Its conditions: [conditions.md](conditions.md).\n",
        names.kind,
        description(root),
        spec.group,
        spec.scope.to_lowercase(),
    )
}

fn part(name: &str, schema: &JSONSchemaProps) -> String {
    let default = default(schema).map(|default| format!(" Default: {default}."));
    let said = description(schema) + &default.unwrap_or_default();
    format!("\n## {name}\n{said}\n\n{}", field_table(name, schema))
}

fn description(schema: &JSONSchemaProps) -> String {
    schema.description.clone().unwrap_or_default()
}

fn field_table(name: &str, schema: &JSONSchemaProps) -> String {
    // Those without a description are as in the Kubernetes type that their field names.
    let rows = fields(name, schema)
        .into_iter()
        .filter(|field| field.schema.description.is_some())
        .map(|field| [code(&field.path), field.kind(), field.default(), description(field.schema)]);
    table(["field", "type", "default", "description"], &rows.collect::<Vec<_>>())
}

fn rule_table(root: &JSONSchemaProps) -> String {
    let rows = rules("", root).into_iter().map(|[path, message]| {
        [if path.is_empty() { "the resource".to_owned() } else { code(&path) }, message]
    });
    let rows: Vec<_> = rows.collect();
    format!("\n## What the API server refuses\n\n{}", table(["at", "message"], &rows))
}

fn column_table(definition: &CustomResourceDefinition) -> String {
    format!("\n## Columns\n\n{}", table(["column", "shows"], &columns(definition)))
}

fn selectors(definition: &CustomResourceDefinition) -> String {
    let fields =
        definition.spec.versions.iter().flat_map(|version| version.selectable_fields.iter().flatten());
    let names: Vec<_> = fields.map(|field| code(field.json_path.trim_start_matches('.'))).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("\n`kubectl get --field-selector` takes {}.\n", names.join(" and ")),
    }
}
