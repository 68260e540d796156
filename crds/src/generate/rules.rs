//! In: a schema. Out: what the API server says when a rule does not hold.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

use super::fields::{fields, items, values};

/// The messages of all rules in `schema`, each with the path of what it is about.
pub(super) fn rules(path: &str, schema: &JSONSchemaProps) -> Vec<[String; 2]> {
    let mut all = own(path, schema);
    for field in fields(path, schema) {
        all.extend(own(&field.path, field.schema));
        let (mut path, mut schema) = (field.path.clone(), field.schema);
        while let Some((suffix, inner)) =
            items(schema).map(|it| ("[]", it)).or(values(schema).map(|it| (".*", it)))
        {
            (path, schema) = (path + suffix, inner);
            all.extend(own(&path, schema));
        }
    }
    all
}

fn own(path: &str, schema: &JSONSchemaProps) -> Vec<[String; 2]> {
    let messages = schema.x_kubernetes_validations.iter().flatten().filter_map(|rule| rule.message.clone());
    messages.map(|message| [path.to_owned(), message]).collect()
}
