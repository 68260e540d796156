//! CPU and memory of the runtime container.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity;

/// CPU and memory, as a container in a pod has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// What a node must have free for a pod, by resource, e.g. `{cpu: 500m, memory: 512Mi}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "quantity::read_map")]
    #[schemars(schema_with = "quantity::map_schema")]
    pub requests: BTreeMap<String, Quantity>,
    /// What a pod may use at most, by resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "quantity::read_map")]
    #[schemars(schema_with = "quantity::map_schema")]
    pub limits: BTreeMap<String, Quantity>,
}

impl Resources {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

impl From<&Resources> for ResourceRequirements {
    fn from(resources: &Resources) -> Self {
        let some = |map: &BTreeMap<_, _>| (!map.is_empty()).then(|| map.clone());
        Self { requests: some(&resources.requests), limits: some(&resources.limits), claims: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_and_texts_and_becomes_what_a_container_has() {
        let text = r#"{"requests":{"cpu":2,"memory":"512Mi"}}"#;
        let resources: Resources = serde_json::from_str(text).unwrap();
        let container = ResourceRequirements::from(&resources);
        let quantity = |text: &str| Quantity(text.to_owned());
        let requests = BTreeMap::from([("cpu".into(), quantity("2")), ("memory".into(), quantity("512Mi"))]);
        assert_eq!((container.requests, container.limits), (Some(requests), None));
        assert!(!resources.is_empty() && Resources::default().is_empty());
    }
}
