//! In: what a package holds, and a Plugin. Out: the package under what the
//! resource grants, or why they do not fit. Pure.

use std::sync::Arc;

use davit_crds::Plugin;
use davit_plugin::contents::Listing;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Digest, Grant, PluginName};

use super::grant::{bounded_grant, name};
use super::known::Kept;
use super::verify::of_package;
use crate::source;
use crate::trouble::Trouble;

/// What a resource says of its package, read once.
pub(super) struct Said {
    grant: Grant,
    name: PluginName,
    pinned: bool,
}

impl Said {
    pub(super) fn of(plugin: &Plugin) -> Result<Self, Trouble> {
        let grant = bounded_grant(&plugin.spec)?;
        Ok(Self { grant, name: name(plugin)?, pinned: source::is_pinned(plugin) })
    }

    /// A package that is none, or does not fit.
    pub(super) fn refuse(&self, problem: Problem) -> Trouble {
        of_package(problem, self.pinned)
    }

    /// The package under this grant.
    pub(super) fn over(&self, digest: Digest, listing: Arc<Listing>) -> Result<Kept, Trouble> {
        let refuse = |problem| self.refuse(problem);
        let theirs = listing.name().map_err(|error| refuse((&error).into()))?;
        if theirs != self.name {
            let message = format!(
                "the package's manifest names the plugin {theirs}, and the resource {}: \
                 make another Plugin with `spec.name: \"{theirs}\"`, or correct the manifest",
                self.name
            );
            return Err(refuse(Problem::new(Reason::NameMismatch, message)));
        }
        let contents = listing.contents(Some(&self.grant)).map_err(|error| refuse((&error).into()))?;
        let not_granted = listing.not_granted(&self.grant);
        Ok(Kept { digest, listing, contents: Arc::new(contents), not_granted })
    }
}

#[cfg(test)]
mod tests {
    use davit_crds::ConditionType;
    use serde_json::{Value, json};

    use super::*;
    use crate::trouble::Next;

    fn listing(manifest: &str) -> Arc<Listing> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("manifest.yaml"), manifest).unwrap();
        std::fs::write(folder.path().join("plugin.js"), "").unwrap();
        std::fs::create_dir(folder.path().join("ui")).unwrap();
        std::fs::write(folder.path().join("ui/index.html"), "").unwrap();
        Arc::new(Listing::read(folder.path(), "package").unwrap())
    }

    fn over(manifest: &str, reference: &str, more: &Value) -> Result<Kept, Trouble> {
        let mut spec = json!({ "name": "@acme/a", "source": { "oci": { "reference": reference } } });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let plugin = json!({
            "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "metadata": { "name": "a" }, "spec": spec,
        });
        Said::of(&serde_json::from_value(plugin).unwrap())?.over(Digest::of(b""), listing(manifest))
    }

    #[test]
    fn what_does_not_fit_is_told_on_its_condition_and_stalls_only_for_a_digest() {
        let config = "name: '@acme/a'\nconfig: {port: {type: number}}\n";
        let table = [
            (
                "name: b\n",
                json!({}),
                ConditionType::Verified,
                Reason::NameMismatch,
                "the plugin b, and the resource @acme/a",
            ),
            (
                "name: '@acme/a'\nentrypoint: ui/index.html\n",
                json!({}),
                ConditionType::Programmed,
                Reason::RoutesWithoutBase,
                "base",
            ),
            (
                config,
                json!({ "config": { "port": "x" } }),
                ConditionType::Verified,
                Reason::ConfigInvalid,
                "port",
            ),
        ];
        let pinned = format!("r.test/a@{}", Digest::of(b""));
        for (manifest, more, stage, reason, says) in table {
            for (reference, next) in [("r.test/a:1", Next::Retry), (pinned.as_str(), Next::Stall)] {
                let trouble = over(manifest, reference, &more).unwrap_err();
                assert_eq!((trouble.stage, trouble.problem.reason, trouble.next), (stage, reason, next));
                assert!(trouble.problem.message.contains(says), "{trouble}");
            }
        }
    }

    #[test]
    fn what_the_manifest_alone_opens_stays_closed_and_is_named() {
        let manifest = "name: '@acme/a'\npublicRoutes: {GET: [/x, /y]}\n";
        let kept = over(manifest, "r.test/a:1", &json!({ "publicRoutes": { "GET": ["/x"] } })).unwrap();
        assert_eq!(kept.not_granted, ["route GET /y"]);
        assert!(!kept.contents.manifest.public_routes.allow("GET", "/y"));
    }
}
