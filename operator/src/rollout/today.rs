//! In: a Plugin. Out: what is granted today, whatever else is wrong with the
//! resource: it is never part of the last good version (interfaces §1).

use std::collections::BTreeMap;

use davit_crds::PluginSpec;
use davit_plugin::VariableName;
use davit_plugin::grant::Consent;
use davit_plugin::manifest::Permissions;
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::routes::PublicRoutes;

/// What is granted; a part that cannot be read grants nothing.
#[derive(Debug, Default)]
pub(super) struct Today {
    pub(super) public_routes: PublicRoutes,
    pub(super) permissions: Permissions,
    pub(super) env: BTreeMap<VariableName, String>,
    pub(super) consent: Consent,
}

impl Today {
    /// By the resource.
    pub(super) fn of(spec: &PluginSpec) -> Self {
        let named = spec.dependencies.iter().filter_map(|dependency| dependency.name.parse().ok());
        Self {
            public_routes: spec.public_routes().unwrap_or_default(),
            permissions: spec.permissions().unwrap_or_default(),
            env: spec.env().unwrap_or_default(),
            consent: Consent::To(named.collect()),
        }
    }

    /// By what the plan says of it: it stays as it is.
    pub(super) fn as_planned(planned: &PlannedPlugin) -> Self {
        Self {
            public_routes: planned.public_routes.clone(),
            permissions: planned.permissions.clone(),
            env: planned.env.clone(),
            consent: Consent::All,
        }
    }
}
