//! What a Plugin grants.

use davit_crds::{ConditionType, PluginSpec};
use davit_plugin::manifest::Dependency;
use davit_plugin::{Grant, Reason};

use crate::trouble::Trouble;

/// What a Plugin grants.
pub fn grant(spec: &PluginSpec) -> Result<Grant, Trouble> {
    let wrong = |error: &dyn std::fmt::Display| {
        Trouble::stall(ConditionType::Verified, Reason::ManifestInvalid, error.to_string())
    };
    let dependency = |wanted: &davit_crds::PluginDependency| {
        Ok(Dependency {
            name: wanted.name.parse().map_err(|error| wrong(&error))?,
            version: wanted.version.parse().map_err(|error| wrong(&error))?,
            optional: wanted.optional,
        })
    };
    let routes = serde_json::to_value(&spec.public_routes).and_then(serde_json::from_value);
    Ok(Grant {
        base: spec.base.as_ref().map(|base| base.parse()).transpose().map_err(|error| wrong(&error))?,
        dependencies: spec.dependencies.iter().map(dependency).collect::<Result<_, Trouble>>()?,
        public_routes: routes.map_err(|error| wrong(&error))?,
        config: spec.config.clone(),
    })
}
