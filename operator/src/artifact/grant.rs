//! In: a Plugin. Out: what it grants its package, and the name that it expects.

use davit_crds::{InvalidGrant, Plugin, PluginSpec};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Grant, PluginName};
use kube::ResourceExt as _;

use super::verify::of_spec;
use crate::trouble::Trouble;

/// What a Plugin grants. The API server has checked its fields' forms already,
/// but not all of them.
pub fn grant(spec: &PluginSpec) -> Result<Grant, Trouble> {
    spec.grant().map_err(|error| malformed(&error))
}

/// What a Plugin grants, if its configuration is not larger than it may be.
pub(super) fn bounded_grant(spec: &PluginSpec) -> Result<Grant, Trouble> {
    spec.check_config().map_err(|error| malformed(&error))?;
    grant(spec)
}

/// The name that a Plugin's package must have.
pub(super) fn name(plugin: &Plugin) -> Result<PluginName, Trouble> {
    let name = plugin.spec.name.clone().unwrap_or_else(|| plugin.name_any());
    name.parse()
        .map_err(|error| of_spec(Problem::new(Reason::ManifestInvalid, format!("spec.name: {error}"))))
}

fn malformed(error: &InvalidGrant) -> Trouble {
    of_spec(Problem::new(error.reason, error.to_string()))
}

#[cfg(test)]
mod tests {
    use davit_crds::{ConditionType, MAX_CONFIG};
    use serde_json::{Value, json};

    use super::*;
    use crate::trouble::Next;

    fn spec(more: &Value) -> PluginSpec {
        let mut spec = json!({ "source": { "configMap": { "name": "c" } } });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(spec).unwrap()
    }

    #[test]
    fn grants_what_the_resource_says() {
        let granted = grant(&spec(&json!({
            "base": "/hello", "config": { "a": 1 }, "publicRoutes": { "GET": ["/x/**"] },
            "dependencies": [{ "name": "@acme/db", "version": ">=1 <2", "optional": true }],
        })))
        .unwrap();
        assert_eq!(granted.base.unwrap().as_str(), "/hello");
        assert!(granted.public_routes.allow("GET", "/x/y") && !granted.public_routes.allow("GET", "/y"));
        assert!(granted.dependencies[0].optional && granted.config["a"] == 1);
    }

    #[test]
    fn what_the_resource_alone_has_wrong_stalls_and_names_the_field() {
        use ConditionType::{Programmed, Verified};
        let table = [
            (json!({ "base": "hello" }), Verified, Reason::ManifestInvalid, "spec.base: "),
            (json!({ "base": "/api" }), Programmed, Reason::BaseReserved, "spec.base: "),
            (
                json!({ "publicRoutes": { "GOT": ["/x"] } }),
                Verified,
                Reason::ManifestInvalid,
                "spec.publicRoutes: ",
            ),
            (
                json!({ "dependencies": [{ "name": "a", "version": "one" }] }),
                Verified,
                Reason::ManifestInvalid,
                "dependencies[a]",
            ),
        ];
        for (more, stage, reason, says) in table {
            let trouble = grant(&spec(&more)).unwrap_err();
            assert_eq!((trouble.stage, trouble.problem.reason, trouble.next), (stage, reason, Next::Stall));
            assert!(trouble.problem.message.contains(says), "{trouble}");
        }
    }

    #[test]
    fn a_configuration_has_at_most_64_kib() {
        let of = |size: usize| spec(&json!({ "config": { "a": "x".repeat(size - br#"{"a":""}"#.len()) } }));
        assert!(bounded_grant(&of(MAX_CONFIG)).is_ok());
        let trouble = bounded_grant(&of(MAX_CONFIG + 1)).unwrap_err();
        assert_eq!((trouble.problem.reason, trouble.next), (Reason::ConfigInvalid, Next::Stall));
    }
}
