//! The Service that clients reach the replicas by.

use davit_crds::PluginRuntime;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::api::ObjectMeta;

use super::names::Names;

/// As `spec.service` has it.
pub(super) fn public_service(names: &Names, runtime: &PluginRuntime) -> Service {
    let davit_crds::Service { type_, port, annotations } = &runtime.spec.service;
    let annotations = (!annotations.is_empty()).then(|| annotations.clone());
    let port = ServicePort {
        name: Some("http".to_owned()),
        port: *port,
        target_port: Some(IntOrString::String("http".to_owned())),
        ..ServicePort::default()
    };
    let spec = ServiceSpec {
        type_: Some(type_.to_string()),
        selector: Some(names.selected()),
        ports: Some(vec![port]),
        ..ServiceSpec::default()
    };
    let metadata = ObjectMeta { annotations, ..names.metadata(&names.runtime) };
    Service { metadata, spec: Some(spec), status: None }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{built, runtime};
    use super::*;

    #[test]
    fn has_the_type_port_and_annotations_of_the_resource() {
        let plain = built(&runtime("{}"), public_service);
        assert_eq!(
            (&plain["metadata"]["name"], &plain["spec"]["type"]),
            (&"default".into(), &"ClusterIP".into())
        );
        assert_eq!(plain["spec"]["ports"][0]["port"], 80);
        assert_eq!(plain["spec"]["ports"][0]["targetPort"], "http");
        assert_eq!(plain["spec"]["selector"]["davit.dev/runtime"], "default");
        let text = r#"{"service":{"type":"LoadBalancer","port":8080,"annotations":{"a":"b"}}}"#;
        let other = built(&runtime(text), public_service);
        assert_eq!(other["spec"]["type"], "LoadBalancer");
        assert_eq!(other["spec"]["ports"][0]["port"], 8_080);
        assert_eq!(other["metadata"]["annotations"]["a"], "b");
    }
}
