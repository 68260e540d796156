//! In: a Plugin. Out: what it grants its package, and the name that it expects.

use std::fmt::Display;

use davit_crds::{MAX_CONFIG, Plugin, PluginDependency, PluginSpec};
use davit_plugin::base::InvalidBase;
use davit_plugin::manifest::Dependency;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Grant, PluginName};
use kube::ResourceExt as _;

use super::verify::of_spec;
use crate::trouble::Trouble;

/// What a Plugin grants. The API server has checked its fields' forms already,
/// but not all of them.
pub fn grant(spec: &PluginSpec) -> Result<Grant, Trouble> {
    let base = spec.base.as_ref().map(|base| base.parse()).transpose().map_err(|error| {
        let reason = match error {
            InvalidBase::Malformed(_) => Reason::ManifestInvalid,
            InvalidBase::Reserved(_) => Reason::BaseReserved,
        };
        of_spec(Problem::new(reason, format!("`spec.base`: {error}")))
    })?;
    let routes = serde_json::to_value(&spec.public_routes).and_then(serde_json::from_value);
    Ok(Grant {
        base,
        dependencies: spec.dependencies.iter().map(dependency).collect::<Result<_, _>>()?,
        public_routes: routes.map_err(|error| wrong("publicRoutes", &error))?,
        config: spec.config.clone(),
    })
}

/// The name that a Plugin's package must have.
pub(super) fn name(plugin: &Plugin) -> Result<PluginName, Trouble> {
    let name = plugin.spec.name.clone().unwrap_or_else(|| plugin.name_any());
    name.parse().map_err(|error| wrong("name", &error))
}

/// `spec.config` is not larger than it may be (interfaces §3), which the API
/// server cannot measure.
pub(super) fn check_config(spec: &PluginSpec) -> Result<(), Trouble> {
    let size = serde_json::to_vec(&spec.config).map_or(usize::MAX, |json| json.len());
    if size <= MAX_CONFIG {
        return Ok(());
    }
    let message = format!(
        "`spec.config` has {size} bytes as JSON, and {MAX_CONFIG} is the most: \
         move what is large into the package"
    );
    Err(of_spec(Problem::new(Reason::ConfigInvalid, message)))
}

fn dependency(wanted: &PluginDependency) -> Result<Dependency, Trouble> {
    let at = |error: &dyn Display| wrong(&format!("dependencies[{}]", wanted.name), error);
    Ok(Dependency {
        name: wanted.name.parse().map_err(|error| at(&error))?,
        version: wanted.version.parse().map_err(|error| at(&error))?,
        optional: wanted.optional,
    })
}

fn wrong(field: &str, error: &dyn Display) -> Trouble {
    of_spec(Problem::new(Reason::ManifestInvalid, format!("`spec.{field}`: {error}")))
}

#[cfg(test)]
mod tests {
    use davit_crds::ConditionType;
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
            (json!({ "base": "hello" }), Verified, Reason::ManifestInvalid, "`spec.base`"),
            (json!({ "base": "/api" }), Programmed, Reason::BaseReserved, "`spec.base`"),
            (
                json!({ "publicRoutes": { "GOT": ["/x"] } }),
                Verified,
                Reason::ManifestInvalid,
                "`spec.publicRoutes`",
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
        assert_eq!(check_config(&of(MAX_CONFIG)), Ok(()));
        let trouble = check_config(&of(MAX_CONFIG + 1)).unwrap_err();
        assert_eq!((trouble.problem.reason, trouble.next), (Reason::ConfigInvalid, Next::Stall));
    }
}
