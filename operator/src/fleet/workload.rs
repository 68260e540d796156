//! What runs the pods: a Deployment that surges where a pod's volume ends with
//! it, else a StatefulSet with a claim for each pod.

use davit_crds::{EmptyDir, PersistentVolumeClaim as ClaimTemplate, PluginRuntime, StorageRef};
use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment, StatefulSet, StatefulSetSpec,
};
use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, PersistentVolumeClaim, PersistentVolumeClaimSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::Client;
use kube::api::ObjectMeta;

use super::FleetError;
use super::apply::apply;
use super::names::Names;
use super::pod::template;
use super::volumes::{VOLUME, empty_dir};

/// How many old templates are kept for `kubectl rollout undo`, which the operator
/// would take back.
const HISTORY: i32 = 2;

/// Applies the one that fits `spec.storage`.
pub(super) async fn ensure(
    client: &Client,
    names: &Names,
    runtime: &PluginRuntime,
    image: &str,
) -> Result<(), FleetError> {
    match runtime.spec.storage.parse()? {
        StorageRef::EmptyDir(dir) => apply(client, names, deployment(names, runtime, image, dir)).await,
        StorageRef::PersistentVolumeClaim(claim) => {
            apply(client, names, stateful_set(names, runtime, image, claim)).await
        }
    }
}

/// A new pod is ready before an old one goes.
fn deployment(names: &Names, runtime: &PluginRuntime, image: &str, dir: &EmptyDir) -> Deployment {
    let mut template = template(names, runtime, image);
    let volumes = template.spec.get_or_insert_default().volumes.get_or_insert_default();
    volumes.push(empty_dir(VOLUME, EmptyDirVolumeSource::from(dir)));
    let rolling = RollingUpdateDeployment {
        max_surge: Some(IntOrString::Int(1)),
        max_unavailable: Some(IntOrString::Int(0)),
    };
    let strategy =
        DeploymentStrategy { type_: Some("RollingUpdate".to_owned()), rolling_update: Some(rolling) };
    let spec = DeploymentSpec {
        replicas: Some(runtime.spec.replicas),
        revision_history_limit: Some(HISTORY),
        selector: names.selector(),
        strategy: Some(strategy),
        template,
        ..DeploymentSpec::default()
    };
    Deployment { metadata: names.metadata(&names.runtime), spec: Some(spec), status: None }
}

/// A pod that is lost comes back to its claim, whatever became of the others.
fn stateful_set(names: &Names, runtime: &PluginRuntime, image: &str, claim: &ClaimTemplate) -> StatefulSet {
    let metadata =
        ObjectMeta { name: Some(VOLUME.to_owned()), labels: Some(names.labels()), ..ObjectMeta::default() };
    let claim =
        PersistentVolumeClaim { metadata, spec: Some(PersistentVolumeClaimSpec::from(claim)), status: None };
    let spec = StatefulSetSpec {
        replicas: Some(runtime.spec.replicas),
        revision_history_limit: Some(HISTORY),
        selector: names.selector(),
        service_name: Some(names.control()),
        pod_management_policy: Some("Parallel".to_owned()),
        template: template(names, runtime, image),
        volume_claim_templates: Some(vec![claim]),
        ..StatefulSetSpec::default()
    };
    StatefulSet { metadata: names.metadata(&names.runtime), spec: Some(spec), status: None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{built, runtime};
    use super::*;

    fn workload(spec: &str) -> Value {
        built(&runtime(spec), |names, runtime| match runtime.spec.storage.parse().unwrap() {
            StorageRef::EmptyDir(dir) => json!(deployment(names, runtime, "davit:1", dir)),
            StorageRef::PersistentVolumeClaim(claim) => {
                json!(stateful_set(names, runtime, "davit:1", claim))
            }
        })
    }

    #[test]
    fn without_claims_a_deployment_surges_and_its_volumes_are_bounded() {
        let workload = workload(r#"{"replicas":3,"storage":{"emptyDir":{"sizeLimit":"2Gi"}}}"#);
        assert_eq!(
            (&workload["kind"], &workload["metadata"]["name"]),
            (&json!("Deployment"), &json!("default"))
        );
        let spec = &workload["spec"];
        assert_eq!((&spec["replicas"], &spec["strategy"]["type"]), (&json!(3), &json!("RollingUpdate")));
        assert_eq!(spec["strategy"]["rollingUpdate"], json!({"maxSurge": 1, "maxUnavailable": 0}));
        let volumes = spec["template"]["spec"]["volumes"].as_array().unwrap();
        assert!(
            volumes.contains(&json!({"name": "volume", "emptyDir": {"sizeLimit": "2Gi"}})),
            "{volumes:?}"
        );
    }

    #[test]
    fn with_claims_a_stateful_set_starts_all_at_once_and_each_has_its_own() {
        let claim = r#"{"storage":{"persistentVolumeClaim":{"storageClassName":"fast",
            "resources":{"requests":{"storage":"1Gi"}}}}}"#;
        let workload = workload(claim);
        let spec = &workload["spec"];
        assert_eq!(workload["kind"], "StatefulSet");
        assert_eq!(spec["podManagementPolicy"], "Parallel");
        assert_eq!(spec["serviceName"], "default-control");
        let claim = &spec["volumeClaimTemplates"][0];
        assert_eq!(claim["metadata"]["name"], "volume");
        assert_eq!(claim["spec"]["storageClassName"], "fast");
        assert_eq!(claim["spec"]["resources"]["requests"]["storage"], "1Gi");
        let volumes = spec["template"]["spec"]["volumes"].as_array().unwrap();
        assert!(volumes.iter().all(|volume| volume["name"] != "volume"), "{volumes:?}");
    }

    #[test]
    fn selects_its_own_pods() {
        let workload = workload("{}");
        let selected = &workload["spec"]["selector"]["matchLabels"];
        let labels = &workload["spec"]["template"]["metadata"]["labels"];
        assert_eq!(selected, &json!({"davit.dev/runtime": "default"}));
        assert_eq!(labels["davit.dev/runtime"], "default");
    }
}
