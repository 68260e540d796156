//! The headless Service over the control ports: it has the pods that are not
//! ready, too, and names each pod of a StatefulSet.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::names::Names;

pub(super) fn control_service(names: &Names) -> Service {
    let port = ServicePort {
        name: Some("control".to_owned()),
        port: 8443,
        target_port: Some(IntOrString::String("control".to_owned())),
        ..ServicePort::default()
    };
    let spec = ServiceSpec {
        cluster_ip: Some("None".to_owned()),
        publish_not_ready_addresses: Some(true),
        selector: Some(names.selected()),
        ports: Some(vec![port]),
        ..ServiceSpec::default()
    };
    Service { metadata: names.metadata(&names.control()), spec: Some(spec), status: None }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{built, runtime};
    use super::*;

    #[test]
    fn is_headless_and_has_pods_that_are_not_ready() {
        let service = built(&runtime("{}"), |names, _| control_service(names));
        assert_eq!(service["metadata"]["name"], "default-control");
        assert_eq!(service["spec"]["clusterIP"], "None");
        assert_eq!(service["spec"]["publishNotReadyAddresses"], true);
        assert_eq!(service["spec"]["ports"][0]["port"], 8_443);
    }
}
