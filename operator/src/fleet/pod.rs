//! The template of the pods: one container `runtime` under the "restricted" pod
//! security standard.

use std::collections::BTreeMap;

use davit_crds::{PluginRuntime, PodTemplate, SecretRef};
use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, LocalObjectReference, PodAffinityTerm, PodAntiAffinity, PodSpec,
    PodTemplateSpec, ResourceRequirements, VolumeMount, WeightedPodAffinityTerm,
};
use kube::api::ObjectMeta;

use super::environment::environment;
use super::names::Names;
use super::{admin_key, probes, security, volumes};

/// What a pod ends after its drain: what it needs before, for the plugins' own
/// shutdown, and at last for itself, in seconds.
const SHUTDOWN: [u64; 3] = [5, 30, 5];

/// The template, but for the volume that is named [`volumes::VOLUME`].
pub(super) fn template(names: &Names, runtime: &PluginRuntime, image: &str) -> PodTemplateSpec {
    let drain = runtime.spec.rollout.drain_timeout();
    let whole_seconds = drain.as_secs() + u64::from(drain.subsec_nanos() > 0);
    let given = &runtime.spec.pod_template;
    let grace = whole_seconds + SHUTDOWN.iter().sum::<u64>();
    let spec = PodSpec {
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        termination_grace_period_seconds: i64::try_from(grace).ok(),
        security_context: Some(security::pod()),
        affinity: Some(given.affinity.clone().unwrap_or_else(|| apart(names))),
        node_selector: some(&given.node_selector),
        tolerations: (!given.tolerations.is_empty()).then(|| given.tolerations.clone()),
        service_account_name: given.service_account_name.clone(),
        image_pull_secrets: pull_secrets(given),
        containers: vec![container(names, runtime, image)],
        volumes: Some(volumes::shared(names, &admin_key::name(names, runtime))),
        ..PodSpec::default()
    };
    PodTemplateSpec { metadata: Some(metadata(names, given)), spec: Some(spec) }
}

/// The operator's own labels win, whatever the API server let through.
fn metadata(names: &Names, given: &PodTemplate) -> ObjectMeta {
    let mut labels = given.labels.clone();
    labels.extend(names.labels());
    ObjectMeta { labels: Some(labels), annotations: some(&given.annotations), ..ObjectMeta::default() }
}

fn pull_secrets(given: &PodTemplate) -> Option<Vec<LocalObjectReference>> {
    let reference = |secret: &SecretRef| LocalObjectReference { name: secret.name.clone() };
    let all: Vec<_> = given.image_pull_secrets.iter().map(reference).collect();
    (!all.is_empty()).then_some(all)
}

fn some(map: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
    (!map.is_empty()).then(|| map.clone())
}

fn container(names: &Names, runtime: &PluginRuntime, image: &str) -> Container {
    let port = |name: &str, number| ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        ..ContainerPort::default()
    };
    let resources = &runtime.spec.resources;
    Container {
        name: "runtime".to_owned(),
        image: Some(image.to_owned()),
        security_context: Some(security::container()),
        ports: Some(vec![port("http", 8000), port("control", 8443), port("metrics", 9090)]),
        env: Some(environment(names, runtime)),
        resources: (!resources.is_empty()).then(|| ResourceRequirements::from(resources)),
        startup_probe: Some(probes::startup()),
        readiness_probe: Some(probes::readiness()),
        liveness_probe: Some(probes::liveness()),
        volume_mounts: Some(mounts()),
        ..Container::default()
    }
}

fn mounts() -> Vec<VolumeMount> {
    let mount = |name: &str, path: &str, read_only: Option<bool>| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only,
        ..VolumeMount::default()
    };
    vec![
        mount(volumes::VOLUME, volumes::VOLUME_PATH, None),
        mount(volumes::TMP, "/tmp", None),
        mount(volumes::CONTROL, volumes::CONTROL_PATH, Some(true)),
        mount(volumes::ADMIN_KEY, volumes::ADMIN_KEY_PATH, Some(true)),
    ]
}

/// Rather not two replicas on one node.
fn apart(names: &Names) -> Affinity {
    let term = PodAffinityTerm {
        label_selector: Some(names.selector()),
        topology_key: "kubernetes.io/hostname".to_owned(),
        ..PodAffinityTerm::default()
    };
    let term = WeightedPodAffinityTerm { weight: 100, pod_affinity_term: term };
    let anti = PodAntiAffinity {
        preferred_during_scheduling_ignored_during_execution: Some(vec![term]),
        ..PodAntiAffinity::default()
    };
    Affinity { pod_anti_affinity: Some(anti), ..Affinity::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{built, runtime};
    use super::*;

    fn pod(spec: &str) -> Value {
        built(&runtime(spec), |names, runtime| template(names, runtime, "davit:1"))["spec"].clone()
    }

    #[test]
    fn meets_the_restricted_standard_and_has_no_token() {
        let pod = pod("{}");
        let (all, container) = (&pod["securityContext"], &pod["containers"][0]["securityContext"]);
        assert_eq!((&all["runAsNonRoot"], &all["runAsUser"]), (&json!(true), &json!(65_532)));
        assert_eq!(all["seccompProfile"]["type"], "RuntimeDefault");
        assert_eq!(container["allowPrivilegeEscalation"], false);
        assert_eq!(container["readOnlyRootFilesystem"], true);
        assert_eq!(container["capabilities"]["drop"], json!(["ALL"]));
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(pod["enableServiceLinks"], false);
    }

    #[test]
    fn tells_the_runtime_who_it_is_and_where_everything_lies() {
        let pod = pod("{}");
        let container = &pod["containers"][0];
        let variable = |name: &str| {
            let all = container["env"].as_array().unwrap();
            all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"))
        };
        assert_eq!(variable("DAVIT_CONTROL_NAME")["value"], "default.apps.control.davit");
        assert_eq!(variable("DAVIT_POD_UID")["valueFrom"]["fieldRef"]["fieldPath"], "metadata.uid");
        for path in ["DAVIT_CONTROL_TLS", "DAVIT_VOLUME"] {
            let mounts = container["volumeMounts"].as_array().unwrap();
            assert!(mounts.iter().any(|mount| mount["mountPath"] == variable(path)["value"]), "{path}");
        }
        assert_eq!(variable("RUNTIME_ROOT_KEY_FILE")["value"], "/etc/davit/admin-key/key");
        assert_eq!((&container["image"], &container["command"]), (&json!("davit:1"), &Value::Null));
    }

    #[test]
    fn never_mounts_the_authority_and_of_the_admin_keys_secret_only_the_key() {
        let text = pod(r#"{"adminKeySecret":"mine"}"#).to_string();
        assert!(!text.contains("control-ca"), "{text}");
        let pod = pod(r#"{"adminKeySecret":"mine"}"#);
        let volumes = pod["volumes"].as_array().unwrap();
        let secret = |name: &str| &volumes.iter().find(|one| one["name"] == name).unwrap()["secret"];
        assert_eq!(secret("admin-key")["secretName"], "mine");
        assert_eq!(secret("admin-key")["items"], json!([{"key": "key", "path": "key"}]));
        assert_eq!(secret("control")["secretName"], "default-control-tls");
    }

    #[test]
    fn ends_only_after_its_drain_and_has_the_resources_of_the_spec() {
        let spec = r#"{"rollout":{"drainTimeout":"1500ms"},"resources":{"limits":{"memory":"1Gi"}}}"#;
        let pod = pod(spec);
        assert_eq!(pod["terminationGracePeriodSeconds"], 5 + 2 + 30 + 5);
        let container = &pod["containers"][0];
        assert_eq!(container["resources"]["limits"]["memory"], "1Gi");
        assert!(container["env"].as_array().unwrap().iter().any(|one| one["value"] == "1500ms"));
        assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/_/api/health/ready");
        assert_eq!(container["livenessProbe"]["failureThreshold"], 6);
        assert_eq!(container["startupProbe"]["httpGet"]["path"], "/_/api/health/live");
    }

    const GIVEN: &str = r#"{"podTemplate":{
        "labels":{"team":"blue","davit.dev/runtime":"other"},"annotations":{"a":"b"},
        "nodeSelector":{"disk":"ssd"},"tolerations":[{"key":"gpu","operator":"Exists"}],
        "affinity":{"nodeAffinity":{}},"serviceAccountName":"runtime","imagePullSecrets":[{"name":"regcred"}],
        "env":[{"name":"TZ","value":"UTC"},{"name":"DAVIT_LOG_FORMAT","value":"text"},
            {"name":"DAVIT_POD_UID","value":"forged"},
            {"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}}"#;

    #[test]
    fn has_all_of_the_pod_template_and_still_no_token() {
        let template = built(&runtime(GIVEN), |names, runtime| template(names, runtime, "davit:1"));
        let (metadata, pod) = (&template["metadata"], &template["spec"]);
        assert_eq!(
            (&metadata["labels"]["team"], &metadata["annotations"]),
            (&json!("blue"), &json!({"a": "b"}))
        );
        assert_eq!(pod["nodeSelector"], json!({"disk": "ssd"}));
        assert_eq!(pod["tolerations"], json!([{"key": "gpu", "operator": "Exists"}]));
        assert_eq!(pod["affinity"], json!({"nodeAffinity": {}}));
        assert_eq!(pod["serviceAccountName"], "runtime");
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(pod["imagePullSecrets"], json!([{"name": "regcred"}]));
        let env = pod["containers"][0]["env"].as_array().unwrap();
        let token = json!({"secretKeyRef": {"name": "s", "key": "k", "optional": false}});
        assert!(env.contains(&json!({"name": "TZ", "value": "UTC"})), "{env:?}");
        assert!(env.contains(&json!({"name": "TOKEN", "valueFrom": token})), "{env:?}");
    }

    #[test]
    fn takes_nothing_of_the_operators_own_from_the_pod_template_but_the_form_of_logs() {
        let template = built(&runtime(GIVEN), |names, runtime| template(names, runtime, "davit:1"));
        assert_eq!(template["metadata"]["labels"]["davit.dev/runtime"], "default");
        let env = template["spec"]["containers"][0]["env"].as_array().unwrap();
        let of = |name: &str| env.iter().filter(|one| one["name"] == name).collect::<Vec<_>>();
        assert_eq!(of("DAVIT_LOG_FORMAT"), [&json!({"name": "DAVIT_LOG_FORMAT", "value": "text"})]);
        assert!(of("DAVIT_POD_UID").len() == 1 && of("DAVIT_POD_UID")[0]["value"].is_null());
    }

    #[test]
    fn without_an_affinity_replicas_are_rather_put_on_different_nodes() {
        let anti = &pod("{}")["affinity"]["podAntiAffinity"];
        let term = &anti["preferredDuringSchedulingIgnoredDuringExecution"][0]["podAffinityTerm"];
        assert_eq!(term["topologyKey"], "kubernetes.io/hostname");
    }
}
