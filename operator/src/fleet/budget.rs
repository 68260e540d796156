//! How many replicas a drain of nodes may take at once.

use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::names::Names;

pub(super) fn budget(names: &Names) -> PodDisruptionBudget {
    let spec = PodDisruptionBudgetSpec {
        max_unavailable: Some(IntOrString::Int(1)),
        selector: Some(names.selector()),
        ..PodDisruptionBudgetSpec::default()
    };
    PodDisruptionBudget { metadata: names.metadata(&names.runtime), spec: Some(spec), status: None }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{built, runtime};
    use super::*;

    #[test]
    fn lets_one_replica_go_at_a_time() {
        let budget = built(&runtime("{}"), |names, _| budget(names));
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        assert_eq!(budget["spec"]["selector"]["matchLabels"]["davit.dev/runtime"], "default");
    }
}
