//! What an administrator's resource says about a plugin: in a cluster its word
//! counts, not the package's (interfaces §3, "Who decides").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::manifest::{Dependency, Manifest, Permissions};
use crate::routes::PublicRoutes;
use crate::{Base, PluginName, VariableName};

/// What the administrator declares and opens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grant {
    /// Goes before the manifest's base.
    pub base: Option<Base>,
    /// Besides the manifest's: of a plugin that both name all ranges must hold,
    /// and required wins over optional.
    pub dependencies: Vec<Dependency>,
    /// All that needs no key; what the manifest alone opens stays closed.
    pub public_routes: PublicRoutes,
    /// Values of the configuration, which go before the manifest's.
    pub config: Map<String, Value>,
    /// Values of its environment.
    pub env: BTreeMap<VariableName, String>,
    /// What it may do; what the manifest alone asks for it may not.
    pub permissions: Permissions,
}

/// Which plugins the administrator wants a plugin to share its process with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Consent {
    /// All that its manifest names: there the manifest is the administrator's word.
    #[default]
    All,
    /// These.
    To(BTreeSet<PluginName>),
}

impl Consent {
    /// Whether this plugin is one of them.
    pub fn covers(&self, name: &PluginName) -> bool {
        match self {
            Self::All => true,
            Self::To(names) => names.contains(name),
        }
    }
}

impl Grant {
    /// The variables of the environment that the plugin may read.
    pub(crate) fn variables(&self) -> BTreeSet<VariableName> {
        self.env.keys().chain(&self.permissions.env).cloned().collect()
    }

    /// The plugins that it is linked to by the administrator's word.
    pub fn consent(&self) -> Consent {
        Consent::To(self.dependencies.iter().map(|dependency| dependency.name.clone()).collect())
    }

    /// The manifest as it counts under this grant. Its configuration is not
    /// touched: it was completed with the grant's values when it was parsed.
    pub fn apply(&self, mut manifest: Manifest) -> Manifest {
        manifest.enabled = true;
        if let Some(base) = &self.base {
            // The factory is told the base as a key of its configuration too.
            manifest.config.insert("base".to_owned(), Value::from(base.to_string()));
            manifest.base = Some(base.clone());
        }
        manifest.public_routes = self.public_routes.clone();
        manifest.permissions = self.permissions.clone();
        for wanted in &self.dependencies {
            match manifest.dependencies.iter_mut().find(|known| known.name == wanted.name) {
                Some(known) => {
                    known.version = known.version.and(&wanted.version);
                    known.optional &= wanted.optional;
                }
                None => manifest.dependencies.push(wanted.clone()),
            }
        }
        manifest
    }

    /// What the manifest opens or asks for and this grant does not give. A
    /// variable that only the schema of the configuration names is asked for too.
    pub(crate) fn lacks(&self, asked: &Manifest) -> Vec<String> {
        let routes = asked.public_routes.beyond(&self.public_routes);
        let routes = routes.map(|(methods, pattern)| format!("route {methods} {pattern}"));
        let granted = self.variables();
        let mut variables = asked.options.variables();
        variables.extend(&asked.permissions.env);
        let variables = variables.into_iter().filter(|name| !granted.contains(*name));
        let variables = variables.map(|name| format!("env {name}"));
        let authenticate = asked.permissions.authenticate && !self.permissions.authenticate;
        routes.chain(variables).chain(authenticate.then(|| "authenticate".to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    fn manifest(more: &str) -> Manifest {
        Manifest::parse("manifest.yaml", &format!("name: a\n{more}")).unwrap()
    }

    fn dependency(version: &str, optional: bool) -> Dependency {
        Dependency { name: "db".parse().unwrap(), version: version.parse().unwrap(), optional }
    }

    #[test]
    fn opens_its_own_routes_only_and_names_what_stays_closed() {
        let asked = manifest("publicRoutes: {GET: [/a, /b], ALL: [/c]}\n");
        let routes = |text: &str| serde_json::from_str::<PublicRoutes>(text).unwrap();
        let grant = Grant { public_routes: routes(r#"{"ALL": ["/a"]}"#), ..Grant::default() };
        assert_eq!(grant.lacks(&asked), ["route ALL /c", "route GET /b"]);
        let granted = grant.apply(asked).public_routes;
        assert!(granted.allow("GET", "/a") && !granted.allow("GET", "/b") && !granted.allow("GET", "/c"));
    }

    #[test]
    fn only_its_own_permissions_count_and_what_else_is_asked_for_is_named() {
        let asked = manifest(
            "davit: {permissions: {env: [LOG_LEVEL, HOME], authenticate: true}}\n\
             config: {port: {type: number, env: HTTP_PORT}, key: {type: string, env: API_KEY}}\n",
        );
        let name = |name: &str| name.parse::<VariableName>().unwrap();
        let permissions = Permissions { env: [name("LOG_LEVEL")].into(), authenticate: false };
        let env = [(name("API_KEY"), "x".to_owned())].into();
        let grant = Grant { env, permissions: permissions.clone(), ..Grant::default() };
        assert_eq!(grant.lacks(&asked), ["env HOME", "env HTTP_PORT", "authenticate"]);
        assert_eq!(grant.apply(asked.clone()).permissions, permissions);
        let all = Grant { permissions: asked.permissions.clone(), ..Grant::default() };
        assert_eq!(all.lacks(&asked), ["env API_KEY", "env HTTP_PORT"]);
    }

    #[test]
    fn a_dependency_that_both_name_must_hold_in_both_ranges_and_is_required_if_one_says_so() {
        let asked = manifest("optionalDependencies: [{name: db, version: '>=1'}]\n");
        let grant = Grant { dependencies: vec![dependency("<2 || ^3", false)], ..Grant::default() };
        let both = &grant.apply(asked).dependencies[..];
        assert!(both.len() == 1 && !both[0].optional);
        for (version, holds) in [("0.9.0", false), ("1.5.0", true), ("2.0.0", false), ("3.1.0", true)] {
            assert_eq!(both[0].version.holds(&version.parse::<Version>().unwrap()), holds, "{version}");
        }
    }

    #[test]
    fn its_base_goes_before_the_manifests_and_it_alone_turns_on() {
        let asked = manifest("base: /a\nenabled: false\n");
        let granted = Grant { base: Some("/b".parse().unwrap()), ..Grant::default() }.apply(asked.clone());
        assert!(granted.enabled && granted.base == Some("/b".parse().unwrap()));
        assert_eq!(Grant::default().apply(asked).base, Some("/a".parse().unwrap()));
    }
}
