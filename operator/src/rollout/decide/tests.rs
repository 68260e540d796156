//! What is decided for the Plugins of one runtime.

use std::sync::Arc;

use davit_crds::Plugin;
use davit_plugin::contents::Listing;
use davit_plugin::plan::{Barred, CandidateId, Plan};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Digest, routes::Methods};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::artifact::{Artifact, Kept, Resolved};
use crate::trouble::Trouble;

/// A Plugin of this name, as old as its number says, whose source names no bytes.
fn unresolved(name: &str, age: u8, spec: &Value) -> Subject {
    let mut all = json!({ "source": { "configMap": { "name": name } } });
    all.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    let plugin = json!({
        "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "spec": all,
        "metadata": {
            "name": name, "namespace": "default", "uid": name, "generation": 1,
            "creationTimestamp": format!("2026-01-01T00:00:{age:02}Z"),
        },
    });
    let plugin: Plugin = serde_json::from_value(plugin).unwrap();
    let name = plugin.spec.name.clone().unwrap_or_else(|| plugin.name_any()).parse().unwrap();
    Subject { plugin: Arc::new(plugin), name, artifact: None, last_package: None }
}

/// The same with a package: `more` are lines of its manifest.
fn subject(name: &str, age: u8, more: &str, spec: &Value) -> Subject {
    let mut subject = unresolved(name, age, spec);
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("name: \"{}\"\n{more}", subject.name);
    std::fs::write(folder.path().join("manifest.yaml"), &manifest).unwrap();
    std::fs::write(folder.path().join("plugin.ts"), "").unwrap();
    let listing = Arc::new(Listing::read(folder.path(), name).unwrap());
    let grant = crate::artifact::grant(&subject.plugin.spec).unwrap();
    let contents = Arc::new(listing.contents(Some(&grant)).unwrap());
    let digest = Digest::of(manifest.as_bytes());
    let kept = Kept { digest, not_granted: Vec::new(), listing, contents };
    let resolved = Resolved { digest, reference: String::new(), time: Timestamp::UNIX_EPOCH };
    let artifact = Artifact { generation: 1, resolved: Some(resolved), kept: Some(kept), trouble: None };
    subject.artifact = Some(Arc::new(artifact));
    subject
}

fn names(plan: &Plan) -> Vec<String> {
    plan.plugins.iter().map(|plugin| plugin.name.to_string()).collect()
}

fn reasons(decision: &Decision) -> Vec<Option<Reason>> {
    decision.problems.iter().map(|problem| problem.as_ref().map(|problem| problem.reason)).collect()
}

fn first(subjects: &[Subject]) -> Decision {
    decide(subjects, &Plan::empty(), None, &Barred::new())
}

#[test]
fn no_plugins_are_a_plan() {
    let empty =
        Decision { plan: Plan::empty(), problems: Vec::new(), unlinked: Vec::new(), named: Vec::new() };
    assert_eq!(first(&[]), empty);
}

#[test]
fn the_older_one_has_a_base_until_the_younger_one_serves_it() {
    let (old, young) =
        (subject("old", 1, "base: /x\n", &json!({})), subject("young", 2, "base: /x\n", &json!({})));
    let both = [old.clone(), young.clone()];
    let decision = first(&both);
    assert_eq!(
        (names(&decision.plan), reasons(&decision)),
        (vec!["old".into()], vec![None, Some(Reason::BaseTaken)])
    );
    let serving = first(&[young]).plan;
    let decision = decide(&both, &serving, None, &Barred::new());
    assert_eq!(
        (names(&decision.plan), reasons(&decision)),
        (vec!["young".into()], vec![Some(Reason::BaseTaken), None])
    );
}

#[test]
fn two_resources_of_one_name_are_told_apart_and_the_older_one_has_it() {
    let spec = json!({ "name": "@acme/one" });
    let both = [subject("a", 1, "", &spec), subject("b", 2, "", &spec)];
    let decision = first(&both);
    assert_eq!(
        (names(&decision.plan), reasons(&decision)),
        (vec!["@acme/one".into()], vec![None, Some(Reason::NameTaken)])
    );
    let off = json!({ "name": "@acme/one", "enabled": false });
    let decision = first(&[subject("a", 1, "", &off), subject("b", 2, "", &spec)]);
    assert_eq!((reasons(&decision), decision.named), (vec![Some(Reason::Disabled), None], vec![false, true]));
}

#[test]
fn what_served_goes_on_while_its_source_cannot_be_asked() {
    let serving = first(&[subject("a", 1, "base: /a\n", &json!({}))]).plan;
    let unknown = unresolved("a", 1, &json!({}));
    assert_eq!(decide(std::slice::from_ref(&unknown), &serving, None, &Barred::new()).plan, serving);
    let mut down = unknown;
    let trouble =
        Trouble::retry(davit_crds::ConditionType::SourceResolved, Reason::RegistryUnreachable, "down");
    let artifact = Artifact { generation: 1, resolved: None, kept: None, trouble: Some(trouble) };
    down.artifact = Some(Arc::new(artifact));
    let decision = decide(&[down], &serving, None, &Barred::new());
    assert_eq!(
        (decision.plan.clone(), reasons(&decision)),
        (serving, vec![Some(Reason::RegistryUnreachable)])
    );
}

#[test]
fn only_the_resource_removes_a_plugin() {
    let serving = first(&[subject("a", 1, "", &json!({})), subject("b", 1, "", &json!({}))]).plan;
    let off = unresolved("a", 1, &json!({ "enabled": false }));
    let decision = decide(&[off, unresolved("b", 1, &json!({}))], &serving, None, &Barred::new());
    assert_eq!(names(&decision.plan), ["b"]);
    assert_eq!(names(&decide(&[unresolved("b", 1, &json!({}))], &serving, None, &Barred::new()).plan), ["b"]);
}

#[test]
fn a_barred_version_falls_back_to_the_last_good_one_with_its_configuration_and_todays_routes() {
    let before =
        subject("a", 1, "base: /a\n", &json!({ "config": { "n": 1 }, "publicRoutes": { "GET": ["/old"] } }));
    let serving = first(&[before]).plan;
    let now = subject(
        "a",
        1,
        "base: /a\nversion: 2.0.0\n",
        &json!({ "config": { "n": 2 }, "publicRoutes": { "GET": ["/new"] } }),
    );
    let newest = first(std::slice::from_ref(&now)).plan;
    let problem = Problem::new(Reason::InitFailed, "no");
    let barred = Barred::from([(CandidateId::of(&newest.plugins[0]), problem.clone())]);
    let decision = decide(&[now], &serving, None, &barred);
    let planned = &decision.plan.plugins[0];
    assert_eq!((planned.digest, &planned.config), (serving.plugins[0].digest, &serving.plugins[0].config));
    assert!(planned.public_routes.allow("GET", "/new") && !planned.public_routes.allow("GET", "/old"));
    assert_eq!(decision.problems, [Some(problem)]);
}

/// What is granted is never part of the last good version (interfaces §1).
#[test]
fn the_last_good_version_runs_with_todays_environment_and_permissions() {
    let grants = |value: &str, authenticate: bool| {
        json!({
            "env": [{ "name": "KEY", "value": value }],
            "permissions": { "env": ["LEVEL"], "authenticate": authenticate },
        })
    };
    let schema = "config: {key: {type: string, env: KEY}}\n";
    let serving = first(&[subject("a", 1, schema, &grants("old", true))]).plan;
    assert_eq!(serving.plugins[0].options.variables().len(), 1);
    let unknown = unresolved("a", 1, &grants("new", false));
    let decision = decide(&[unknown], &serving, None, &Barred::new());
    let planned = &decision.plan.plugins[0];
    assert_eq!(planned.env.values().collect::<Vec<_>>(), ["new"]);
    assert!(!planned.permissions.authenticate && planned.permissions.env.len() == 1);
    assert_eq!(planned.options, serving.plugins[0].options, "it still reads the variable");
    let nothing = decide(&[unresolved("a", 1, &json!({}))], &serving, None, &Barred::new());
    let planned = &nothing.plan.plugins[0];
    assert!(planned.env.is_empty() && planned.permissions.env.is_empty() && planned.options.is_empty());
    assert_ne!(planned.digest, Digest::of(b""), "and its package goes on");
}

#[test]
fn a_suspended_plugin_keeps_its_environment_and_its_links() {
    let db = || subject("db", 1, "", &json!({ "env": [{ "name": "KEY", "value": "x" }] }));
    let linked = json!({ "dependencies": [{ "name": "db" }] });
    let serving = first(&[db(), subject("a", 2, "", &linked)]).plan;
    let spec = json!({ "suspend": true, "env": [{ "name": "KEY", "value": "y" }] });
    let decision = decide(&[db(), subject("a", 2, "", &spec)], &serving, None, &Barred::new());
    assert_eq!(decision.plan, serving);
}

#[test]
fn a_link_of_the_manifest_alone_needs_consent_whichever_version_runs() {
    let db = || subject("db", 1, "", &json!({ "env": [{ "name": "KEY", "value": "x" }] }));
    let consented = json!({ "dependencies": [{ "name": "db" }] });
    let manifest = "dependencies: [db]\n";
    let refused = first(&[db(), subject("a", 2, manifest, &json!({}))]);
    assert_eq!(
        (names(&refused.plan), reasons(&refused)),
        (vec!["db".into()], vec![None, Some(Reason::GroupNeedsConsent)])
    );
    let serving = first(&[db(), subject("a", 2, manifest, &consented)]).plan;
    assert_eq!(serving.groups().len(), 1);
    // Taken back, it counts for the last good version too.
    let taken_back = decide(&[db(), unresolved("a", 2, &json!({}))], &serving, None, &Barred::new());
    assert_eq!(names(&taken_back.plan), ["db"]);
}

#[test]
fn what_a_plugin_could_use_but_is_not_linked_to_is_named() {
    let db = subject("db", 1, "", &json!({ "permissions": { "env": ["KEY"] } }));
    let decision = first(&[db, subject("a", 2, "optionalDependencies: [db]\n", &json!({}))]);
    assert_eq!((names(&decision.plan).len(), decision.plan.groups().len()), (2, 2));
    assert_eq!(decision.unlinked, [[].into(), ["db".parse().unwrap()].into()]);
}

#[test]
fn a_fault_elsewhere_in_the_resource_closes_no_route_of_what_serves() {
    let serving =
        first(&[subject("a", 1, "base: /a\n", &json!({ "publicRoutes": { "GET": ["/open"] } }))]).plan;
    let spec = json!({ "base": "/api", "publicRoutes": { "GET": ["/open"] } });
    let decision = decide(&[unresolved("a", 1, &spec)], &serving, None, &Barred::new());
    assert_eq!(decision.plan, serving);
}

#[test]
fn a_suspended_plugin_stays_exactly_as_it_is() {
    let before = subject("a", 1, "base: /a\n", &json!({ "publicRoutes": { "GET": ["/old"] } }));
    let serving = first(&[before]).plan;
    let spec =
        json!({ "suspend": true, "enabled": false, "base": "/b", "publicRoutes": { "GET": ["/new"] } });
    let decision =
        decide(&[subject("a", 1, "version: 2.0.0\n", &spec)], &serving, Some("now"), &Barred::new());
    assert_eq!(decision.plan, serving);
}

#[test]
fn the_annotation_on_the_runtime_starts_every_plugin_anew() {
    let all = [subject("a", 1, "", &json!({})), subject("b", 2, "", &json!({}))];
    let (before, after) =
        (first(&all).plan, decide(&all, &first(&all).plan, Some("now"), &Barred::new()).plan);
    for (old, new) in before.groups().iter().zip(after.groups()) {
        assert_ne!(old.key, new.key);
    }
}

#[test]
fn routes_of_the_manifest_alone_stay_closed() {
    let plan = first(&[subject("a", 1, "base: /a\npublicRoutes: {GET: [/open]}\n", &json!({}))]).plan;
    assert!(!plan.plugins[0].public_routes.allow("GET", "/open"));
    let _typed: Methods = "GET".parse().unwrap();
}

/// Up to six plugins that share bases, depend on one another in ranges, and are
/// turned on or off.
fn some() -> impl Strategy<Value = Vec<Subject>> {
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2));
    let env = proptest::option::weighted(0.3, 0..2u8);
    let one = (0..3usize, proptest::option::of((0..6usize, 1..4u8)), 1..4u8, flags, env);
    proptest::collection::vec(one, 0..6).prop_map(|all| {
        let made = all.into_iter().enumerate().map(|(i, (base, needs, version, flags, env))| {
            let (enabled, optional, by_manifest) = flags;
            let needs = needs.map(|(other, least)| {
                json!([{ "name": format!("p{other}"), "version": format!(">={least}"), "optional": optional }])
            });
            let named = needs.clone().filter(|_| !by_manifest).unwrap_or_else(|| json!([]));
            let env: Vec<Value> = env.iter().map(|value| json!({ "name": "A", "value": value.to_string() })).collect();
            let spec = json!({ "enabled": enabled, "dependencies": named, "env": env });
            let mut manifest = format!("base: /b{base}\nversion: {version}.0.0\n");
            if let Some(needs) = needs.filter(|_| by_manifest) {
                let other = json!({ "name": needs[0]["name"], "version": needs[0]["version"] });
                manifest += if optional { "optionalDependencies: [" } else { "dependencies: [" };
                manifest += &(other.to_string() + "]\n");
            }
            subject(&format!("p{i}"), u8::try_from(i).unwrap(), &manifest, &spec)
        });
        made.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn deciding_again_changes_nothing(before in some(), now in some()) {
        let agreed = first(&before).plan;
        let once = decide(&now, &agreed, None, &Barred::new());
        let twice = decide(&now, &once.plan, None, &Barred::new());
        prop_assert_eq!(once.plan, twice.plan);
        prop_assert_eq!(once.problems, twice.problems);
    }

    #[test]
    fn every_plugin_runs_as_wanted_or_says_why(now in some()) {
        let decision = first(&now);
        for (subject, problem) in now.iter().zip(&decision.problems) {
            prop_assert_eq!(decision.plan.plugin(&subject.name).is_some(), problem.is_none(), "{}", subject.name);
        }
    }
}
