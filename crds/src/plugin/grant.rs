//! In: a Plugin's spec. Out: what it grants, parsed.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::{MAX_CONFIG, PluginDependency, PluginSpec, PluginVariable};
use davit_plugin::base::InvalidBase;
use davit_plugin::manifest::{Dependency, Permissions};
use davit_plugin::routes::PublicRoutes;
use davit_plugin::{Grant, Reason, VariableName};

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
        let (public_routes, config) = (self.public_routes()?, self.config.clone());
        let (env, permissions) = (self.env()?, self.permissions()?);
        Ok(Grant { base, dependencies, public_routes, config, env, permissions })
    }

    /// `spec.publicRoutes`, whatever else is wrong.
    pub fn public_routes(&self) -> Result<PublicRoutes, InvalidGrant> {
        let routes = serde_json::to_value(&self.public_routes).and_then(serde_json::from_value);
        routes.map_err(|error| wrong("publicRoutes", error))
    }

    /// `spec.env`, whatever else is wrong.
    pub fn env(&self) -> Result<BTreeMap<VariableName, String>, InvalidGrant> {
        let mut env = BTreeMap::new();
        for PluginVariable { name, value } in &self.env {
            let at = || format!("env[{name}]");
            let name: VariableName = name.parse().map_err(|error| wrong(at(), error))?;
            if value.contains('\0') {
                return Err(wrong(at(), "its value has a NUL character, which no environment can hold"));
            }
            if env.insert(name, value.clone()).is_some() {
                return Err(wrong(at(), "the variable is named twice: name it once"));
            }
        }
        Ok(env)
    }

    /// `spec.permissions`, whatever else is wrong.
    pub fn permissions(&self) -> Result<Permissions, InvalidGrant> {
        let name = |name: &String| {
            name.parse::<VariableName>().map_err(|error| wrong(format!("permissions.env[{name}]"), error))
        };
        let env = self.permissions.env.iter().map(name).collect::<Result<_, _>>()?;
        Ok(Permissions { env, authenticate: self.permissions.authenticate })
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
            ("env[1A]", json!([{"name": "1A", "value": ""}]), Reason::ManifestInvalid),
            ("env[DAVIT_X]", json!([{"name": "DAVIT_X", "value": ""}]), Reason::ManifestInvalid),
            ("env[A]", json!([{"name": "A", "value": "\0"}]), Reason::ManifestInvalid),
            (
                "env[A]",
                json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
                Reason::ManifestInvalid,
            ),
            (
                "permissions.env[RUNTIME_ROOT_KEY]",
                json!({"env": ["RUNTIME_ROOT_KEY"]}),
                Reason::ManifestInvalid,
            ),
        ];
        for (field, value, reason) in table {
            let error = grant(field.split(['[', '.']).next().unwrap(), value).unwrap_err();
            assert!(error.field == field && error.reason == reason, "{error}");
            assert!(error.to_string().starts_with(&format!("spec.{field}: ")), "{error}");
        }
    }

    #[test]
    fn takes_what_is_well_formed() {
        let grant = grant("publicRoutes", json!({"GET": ["/open/**"]})).unwrap();
        assert!(grant.public_routes.allow("GET", "/open/x") && !grant.public_routes.allow("GET", "/x"));
    }

    #[test]
    fn takes_variables_and_permissions() {
        let env =
            grant("env", json!([{"name": "A", "value": "a\nb"}, {"name": "_b", "value": ""}])).unwrap().env;
        let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(env, [("A", "a\nb"), ("_b", "")]);
        let permissions = json!({"env": ["LOG_LEVEL"], "authenticate": true});
        let granted = grant("permissions", permissions.clone()).unwrap().permissions;
        assert_eq!(serde_json::to_value(granted).unwrap(), permissions);
    }
}
