//! What a pod's volume is.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    EmptyDirVolumeSource, PersistentVolumeClaimSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity;
use crate::schema::{self, rules};

/// What a pod's volume is, as the API has it: exactly one field is set.
/// [`Storage::parse`] says which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = rules([(
    "has(self.emptyDir) != has(self.persistentVolumeClaim)",
    "name exactly one kind of storage: either `emptyDir` or `persistentVolumeClaim`",
)])))]
pub struct Storage {
    /// Space on the node that ends with the pod; the replicas are a Deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_dir: Option<EmptyDir>,
    /// A claim for each replica that outlives its pod; the replicas are a StatefulSet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_volume_claim: Option<PersistentVolumeClaim>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { empty_dir: Some(EmptyDir::default()), persistent_volume_claim: None }
    }
}

/// The one thing that a pod's volume is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StorageRef<'a> {
    /// Space on the node.
    EmptyDir(&'a EmptyDir),
    /// A claim for each replica.
    PersistentVolumeClaim(&'a PersistentVolumeClaim),
}

/// `spec.storage` does not name exactly one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("spec.storage must name exactly one of `emptyDir` and `persistentVolumeClaim`")]
pub struct InvalidStorage;

impl Storage {
    /// The storage. The API server refuses resources for which this is an error.
    pub fn parse(&self) -> Result<StorageRef<'_>, InvalidStorage> {
        match (&self.empty_dir, &self.persistent_volume_claim) {
            (Some(dir), None) => Ok(StorageRef::EmptyDir(dir)),
            (None, Some(claim)) => Ok(StorageRef::PersistentVolumeClaim(claim)),
            _ => Err(InvalidStorage),
        }
    }
}

/// Space on the node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmptyDir {
    /// How much a pod may write before it is evicted, e.g. `2Gi`. No bound of its own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "quantity::read_option")]
    #[schemars(schema_with = "quantity::schema")]
    pub size_limit: Option<Quantity>,
}

impl From<&EmptyDir> for EmptyDirVolumeSource {
    fn from(dir: &EmptyDir) -> Self {
        Self { size_limit: dir.size_limit.clone(), medium: None }
    }
}

/// The template of each replica's claim: the part of a PersistentVolumeClaim's
/// `spec` that makes sense for several claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersistentVolumeClaim {
    /// The StorageClass; the cluster's default one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::object_name")]
    pub storage_class_name: Option<String>,
    /// How the volume is mounted; a volume is one pod's alone, whatever it could be.
    #[serde(default = "read_write_once")]
    #[schemars(length(min = 1, max = 3))]
    pub access_modes: Vec<AccessMode>,
    /// How large the volume is.
    pub resources: ClaimResources,
}

/// How a volume can be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(clippy::enum_variant_names, reason = "the variants are Kubernetes' own words")]
pub enum AccessMode {
    /// By one node.
    ReadWriteOnce,
    /// By one pod.
    ReadWriteOncePod,
    /// By many nodes.
    ReadWriteMany,
}

/// How large a volume is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimResources {
    /// What the volume has at least.
    pub requests: ClaimRequests,
}

/// What a volume has at least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimRequests {
    /// The size, e.g. `10Gi`.
    #[serde(deserialize_with = "quantity::read")]
    #[schemars(schema_with = "quantity::schema")]
    pub storage: Quantity,
}

impl From<&PersistentVolumeClaim> for PersistentVolumeClaimSpec {
    fn from(claim: &PersistentVolumeClaim) -> Self {
        let requests = BTreeMap::from([("storage".to_owned(), claim.resources.requests.storage.clone())]);
        Self {
            access_modes: Some(claim.access_modes.iter().map(|mode| format!("{mode:?}")).collect()),
            storage_class_name: claim.storage_class_name.clone(),
            resources: Some(VolumeResourceRequirements { requests: Some(requests), limits: None }),
            ..Self::default()
        }
    }
}

fn read_write_once() -> Vec<AccessMode> {
    vec![AccessMode::ReadWriteOnce]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(text: &str) -> Storage {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn is_exactly_one_kind_and_an_empty_dir_if_not_said() {
        let (dir, claim) =
            (r#""emptyDir":{}"#, r#""persistentVolumeClaim":{"resources":{"requests":{"storage":"1Gi"}}}"#);
        assert!(matches!(storage(&format!("{{{dir}}}")).parse(), Ok(StorageRef::EmptyDir(_))));
        assert!(matches!(storage(&format!("{{{claim}}}")).parse(), Ok(StorageRef::PersistentVolumeClaim(_))));
        assert_eq!(storage("{}").parse(), Err(InvalidStorage));
        assert_eq!(storage(&format!("{{{dir},{claim}}}")).parse(), Err(InvalidStorage));
        assert!(matches!(Storage::default().parse(), Ok(StorageRef::EmptyDir(_))));
    }

    #[test]
    fn becomes_what_a_pod_and_a_claim_have() {
        let all = storage(
            r#"{"emptyDir":{"sizeLimit":2000},"persistentVolumeClaim":{"storageClassName":"fast",
                "accessModes":["ReadWriteOncePod"],"resources":{"requests":{"storage":"1Gi"}}}}"#,
        );
        let dir = EmptyDirVolumeSource::from(&all.empty_dir.unwrap());
        assert_eq!(dir.size_limit, Some(Quantity("2000".into())));
        let claim = PersistentVolumeClaimSpec::from(&all.persistent_volume_claim.unwrap());
        assert_eq!(claim.storage_class_name.as_deref(), Some("fast"));
        assert_eq!(claim.access_modes, Some(vec!["ReadWriteOncePod".to_owned()]));
        let requests = claim.resources.unwrap().requests.unwrap();
        assert_eq!(requests, BTreeMap::from([("storage".to_owned(), Quantity("1Gi".into()))]));
    }
}
