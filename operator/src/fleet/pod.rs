//! The template of the pods: one container `runtime` under the "restricted" pod
//! security standard.

use davit_crds::PluginRuntime;
use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, EnvVar, EnvVarSource, ObjectFieldSelector, PodAffinityTerm,
    PodAntiAffinity, PodSpec, PodTemplateSpec, ResourceRequirements, VolumeMount, WeightedPodAffinityTerm,
};
use kube::api::ObjectMeta;

use super::names::Names;
use super::{admin_key, probes, security, volumes};

/// What a pod ends after its drain: what it needs before, for the plugins' own
/// shutdown, and at last for itself, in seconds.
const SHUTDOWN: [u64; 3] = [5, 30, 5];

/// The template, but for the volume that is named [`volumes::VOLUME`].
pub(super) fn template(names: &Names, runtime: &PluginRuntime, image: &str) -> PodTemplateSpec {
    let drain = runtime.spec.rollout.drain_timeout();
    let whole_seconds = drain.as_secs() + u64::from(drain.subsec_nanos() > 0);
    let grace = whole_seconds + SHUTDOWN.iter().sum::<u64>();
    let spec = PodSpec {
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        termination_grace_period_seconds: i64::try_from(grace).ok(),
        security_context: Some(security::pod()),
        affinity: Some(apart(names)),
        containers: vec![container(names, runtime, image)],
        volumes: Some(volumes::shared(names, &admin_key::name(names, runtime))),
        ..PodSpec::default()
    };
    let metadata = ObjectMeta { labels: Some(names.labels()), ..ObjectMeta::default() };
    PodTemplateSpec { metadata: Some(metadata), spec: Some(spec) }
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

fn environment(names: &Names, runtime: &PluginRuntime) -> Vec<EnvVar> {
    let value =
        |name: &str, value: String| EnvVar { name: name.to_owned(), value: Some(value), ..EnvVar::default() };
    let uid = ObjectFieldSelector { field_path: "metadata.uid".to_owned(), ..ObjectFieldSelector::default() };
    let uid = EnvVar {
        name: "DAVIT_POD_UID".to_owned(),
        value_from: Some(EnvVarSource { field_ref: Some(uid), ..EnvVarSource::default() }),
        ..EnvVar::default()
    };
    let drain = runtime.spec.rollout.drain_timeout();
    vec![
        value("DAVIT_CONTROL_TLS", volumes::CONTROL_PATH.to_owned()),
        value("DAVIT_CONTROL_NAME", names.server_name()),
        uid,
        value("RUNTIME_ROOT_KEY_FILE", format!("{}/{}", volumes::ADMIN_KEY_PATH, admin_key::KEY)),
        value("DAVIT_VOLUME", volumes::VOLUME_PATH.to_owned()),
        value("DAVIT_DRAIN_TIMEOUT", format!("{}ms", drain.as_millis())),
        value("DAVIT_LOG_FORMAT", "json".to_owned()),
    ]
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
}
