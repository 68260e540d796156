//! In: a Plugin's spec. Out: what it grants, parsed.

use std::fmt::Display;

use super::{MAX_CONFIG, PluginDependency, PluginSpec};
use davit_plugin::base::InvalidBase;
use davit_plugin::manifest::Dependency;
use davit_plugin::{Grant, Reason};

/// A spec that says something malformed. The API server refuses it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("spec.{field}: {why}")]
pub struct InvalidGrant {
    /// The field, e.g. `dependencies[@acme/database]`.
    pub field: String,
    /// The reason of the condition that tells of it.
    pub reason: Reason,
    /// What is wrong with it.
    pub why: String,
}

impl PluginSpec {
    /// What the administrator declares and opens with this resource. How large its
    /// configuration is [`Self::check_config`] tells.
    pub fn grant(&self) -> Result<Grant, InvalidGrant> {
        let base = self.base.as_ref().map(|base| base.parse()).transpose().map_err(reserved)?;
        let dependencies = self.dependencies.iter().map(dependency).collect::<Result<_, _>>()?;
        let routes = serde_json::to_value(&self.public_routes).and_then(serde_json::from_value);
        let public_routes = routes.map_err(|error| wrong("publicRoutes", error))?;
        Ok(Grant { base, dependencies, public_routes, config: self.config.clone() })
    }

    /// `spec.config` is not larger than [`MAX_CONFIG`], which the API server cannot
    /// measure.
    pub fn check_config(&self) -> Result<(), InvalidGrant> {
        let size = serde_json::to_vec(&self.config).map_or(usize::MAX, |json| json.len());
        if size <= MAX_CONFIG {
            return Ok(());
        }
        let why = format!(
            "it has {size} bytes as JSON, and {MAX_CONFIG} is the most: move what is large into the package"
        );
        Err(InvalidGrant { reason: Reason::ConfigInvalid, ..wrong("config", why) })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
fn reserved(error: InvalidBase) -> InvalidGrant {
    let reason = match error {
        InvalidBase::Malformed(_) => Reason::ManifestInvalid,
        InvalidBase::Reserved(_) => Reason::BaseReserved,
    };
    InvalidGrant { reason, ..wrong("base", error) }
}

fn dependency(wanted: &PluginDependency) -> Result<Dependency, InvalidGrant> {
    let at = || format!("dependencies[{}]", wanted.name);
    Ok(Dependency {
        name: wanted.name.parse().map_err(|error| wrong(at(), error))?,
        version: wanted.version.parse().map_err(|error| wrong(at(), error))?,
        optional: wanted.optional,
    })
}

#[allow(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
fn wrong(field: impl Into<String>, error: impl Display) -> InvalidGrant {
    InvalidGrant { field: field.into(), reason: Reason::ManifestInvalid, why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn grant(field: &str, value: Value) -> Result<Grant, InvalidGrant> {
        let mut spec = json!({"source": {"configMap": {"name": "files"}}});
        spec[field] = value;
        let spec = serde_json::from_value::<PluginSpec>(spec).unwrap();
        spec.check_config().and_then(|()| spec.grant())
    }

    #[test]
    fn says_which_field_is_malformed() {
        let table = [
            ("base", json!("no/base"), Reason::ManifestInvalid),
            ("base", json!("/api"), Reason::BaseReserved),
            ("dependencies[../x]", json!([{"name": "../x"}]), Reason::ManifestInvalid),
            ("dependencies[x]", json!([{"name": "x", "version": "one"}]), Reason::ManifestInvalid),
            ("publicRoutes", json!({"GET": ["no slash"]}), Reason::ManifestInvalid),
            ("config", json!({"a": "x".repeat(MAX_CONFIG)}), Reason::ConfigInvalid),
        ];
        for (field, value, reason) in table {
            let error = grant(field.split('[').next().unwrap(), value).unwrap_err();
            assert!(error.field == field && error.reason == reason, "{error}");
            assert!(error.to_string().starts_with(&format!("spec.{field}: ")), "{error}");
        }
    }

    #[test]
    fn takes_what_is_well_formed() {
        let grant = grant("publicRoutes", json!({"GET": ["/open/**"]})).unwrap();
        assert!(grant.public_routes.allow("GET", "/open/x") && !grant.public_routes.allow("GET", "/x"));
    }
}
