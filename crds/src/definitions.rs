//! The two CustomResourceDefinitions, as the API server gets them.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use kube::CustomResourceExt as _;
use serde_json::json;

use crate::condition::NOT_OBSERVED;
use crate::{Plugin, PluginRuntime};

/// The definitions of Plugin and PluginRuntime.
pub fn definitions() -> [CustomResourceDefinition; 2] {
    [Plugin::crd(), PluginRuntime::crd()].map(finished)
}

/// The schema of a definition: of `apiVersion`'s siblings `spec` and `status`.
pub fn schema(definition: &CustomResourceDefinition) -> Option<&JSONSchemaProps> {
    definition.spec.versions.first()?.schema.as_ref()?.open_api_v3_schema.as_ref()
}

/// What the derive cannot say. No field takes `null`: the API server sets the
/// default or refuses it, so a rule that asks whether a field is there never meets
/// one. Nothing in a status is made up, but a fresh one speaks of no generation:
/// no tool may take the resource for ready.
fn finished(mut definition: CustomResourceDefinition) -> CustomResourceDefinition {
    let versions = definition.spec.versions.iter_mut();
    for schema in versions.filter_map(|version| version.schema.as_mut()?.open_api_v3_schema.as_mut()) {
        each(schema, &|schema| (schema.nullable, schema.title) = (None, None));
        if let Some(status) = schema.properties.as_mut().and_then(|fields| fields.get_mut("status")) {
            each(status, &|schema| schema.default = None);
            status.default = Some(JSON(json!({ "observedGeneration": NOT_OBSERVED })));
        }
    }
    definition
}

/// Does `change` to a schema and all that lie in it.
fn each(schema: &mut JSONSchemaProps, change: &impl Fn(&mut JSONSchemaProps)) {
    change(schema);
    for field in schema.properties.iter_mut().flat_map(|fields| fields.values_mut()) {
        each(field, change);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        each(items, change);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(values)) = &mut schema.additional_properties {
        each(values, change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_status_speaks_of_no_generation_and_makes_nothing_else_up() {
        for definition in definitions() {
            let status = &schema(&definition).unwrap().properties.as_ref().unwrap()["status"];
            assert_eq!(status.default, Some(JSON(json!({ "observedGeneration": -1 }))));
            let fields = status.properties.as_ref().unwrap();
            assert!(fields.values().all(|field| field.default.is_none()));
        }
    }

    /// Without bounds the API server cannot estimate what rules cost, and nothing
    /// keeps an object small.
    #[test]
    fn every_text_list_and_map_has_a_bound() {
        for mut definition in definitions() {
            let versions = &mut definition.spec.versions;
            let root = versions[0].schema.as_mut().unwrap().open_api_v3_schema.as_mut().unwrap();
            each(root, &|schema| {
                let bounded = match schema.type_.as_deref() {
                    Some("string") => {
                        schema.max_length.is_some() || schema.enum_.is_some() || schema.format.is_some()
                    }
                    Some("array") => schema.max_items.is_some(),
                    Some("object") => schema.properties.is_some() || schema.max_properties.is_some(),
                    Some("integer" | "boolean") | None => true,
                    Some(other) => panic!("{other}"),
                };
                assert!(bounded, "{:?}: {schema:?}", schema.description);
                assert!(schema.nullable.is_none());
            });
        }
    }
}
