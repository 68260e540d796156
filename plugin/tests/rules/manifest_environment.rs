//! Options of the configuration that variables of the environment fill: which, in
//! which order, and what their texts become.

use std::collections::BTreeMap;

use davit_plugin::manifest::{Schema, Values};
use davit_plugin::plan::{Barred, Candidate, Plan, PlannedPlugin, Wanted, arrange};
use davit_plugin::{Contents, Digest, Grant, Manifest, Reason};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::common::assert_faults;

/// The plan's entry of a package, in a folder or under a grant.
fn planned(manifest: &str, grant: Option<&Grant>) -> PlannedPlugin {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.yaml"), manifest).unwrap();
    std::fs::write(folder.path().join("plugin.ts"), "").unwrap();
    let listing = davit_plugin::contents::Listing::read(folder.path(), "p").unwrap();
    let contents: Contents = listing.contents(grant).unwrap();
    let name = contents.manifest.name.clone();
    let candidate = Candidate { digest: Digest::of(b""), reload: None, contents: contents.into() };
    let wanted = Wanted { name, versions: vec![candidate], disabled: false, problem: None };
    let plugin = arrange(&[wanted], &Plan::empty(), &Barred::new()).plan.plugins.remove(0);
    // What a runtime gets is what was written.
    serde_json::from_value(serde_json::to_value(&plugin).unwrap()).unwrap()
}

fn read(plugin: &PlannedPlugin, set: &[(&str, &str)]) -> Result<Map<String, Value>, String> {
    let set: BTreeMap<&str, &str> = set.iter().copied().collect();
    let value = |name: &davit_plugin::VariableName| set.get(name.as_str()).map(|value| (*value).to_owned());
    plugin.options.read_environment(plugin.config.clone(), value).map_err(|problem| {
        assert_eq!(problem.reason, Reason::ConfigInvalid);
        problem.message
    })
}

fn grant(permitted: &[&str], config: Value) -> Grant {
    let mut grant = Grant { config: serde_json::from_value(config).unwrap(), ..Grant::default() };
    grant.permissions.env = permitted.iter().map(|name| name.parse().unwrap()).collect();
    grant
}

#[test]
fn a_variable_goes_before_the_plugins_value_before_the_manifests_before_the_default() {
    let default = "name: a\nconfig: {level: {type: string, env: LEVEL, default: d}}\n";
    let manifest = format!("{default}level: m\n");
    let (nothing, all) = (grant(&["LEVEL"], json!({})), grant(&["LEVEL"], json!({"level": "p"})));
    let table = [(default, &nothing, "d"), (&manifest, &nothing, "m"), (&manifest, &all, "p")];
    for (manifest, grant, expected) in table {
        let plugin = planned(manifest, Some(grant));
        assert_eq!(read(&plugin, &[]).unwrap()["level"], expected);
        assert_eq!(read(&plugin, &[("LEVEL", "v")]).unwrap()["level"], "v");
    }
}

#[test]
fn a_variable_that_nobody_grants_is_not_read() {
    let manifest = "name: a\nconfig: {level: {type: string, env: LEVEL, default: d}}\n";
    let set = [("LEVEL", "v")];
    for plugin in [planned(manifest, None), planned(manifest, Some(&grant(&["OTHER"], json!({}))))] {
        assert_eq!(read(&plugin, &set).unwrap()["level"], "d");
        assert_eq!(plugin.options, Schema::default());
    }
    let asked = format!("{manifest}davit: {{permissions: {{env: [LEVEL]}}}}\n");
    assert_eq!(read(&planned(&asked, None), &set).unwrap()["level"], "v", "in a folder the manifest grants");
    assert_eq!(read(&planned(&asked, Some(&grant(&[], json!({})))), &set).unwrap()["level"], "d");
    let mut given = Grant::default();
    given.env.insert("LEVEL".parse().unwrap(), "from the plan".to_owned());
    assert_eq!(planned(manifest, Some(&given)).options.variables().len(), 1);
}

#[test]
fn a_text_becomes_a_value_of_the_options_type() {
    let table = [
        ("string", " as it is ", json!(" as it is ")),
        ("password", "", json!("")),
        ("number", "8080", json!(8080)),
        ("number", " -1.5e3 ", json!(-1500)),
        ("number", "0.25", json!(0.25)),
        ("boolean", "TRUE", json!(true)),
        ("boolean", "0", json!(false)),
        ("enum, options: [low, 2, true]", "low", json!("low")),
        ("enum, options: [low, 2, true]", "2", json!(2)),
        ("array", "a, b,c", json!(["a", "b", "c"])),
        ("array", "[1, {\"a\": null}]", json!([1, {"a": null}])),
        ("object", "{\"a\": {\"b\": 1}}", json!({"a": {"b": 1}})),
    ];
    for (kind, text, expected) in table {
        let manifest = format!(
            "name: a\nconfig: {{k: {{type: {kind}, env: K}}}}\ndavit: {{permissions: {{env: [K]}}}}\n"
        );
        assert_eq!(
            read(&planned(&manifest, None), &[("K", text)]).unwrap()["k"],
            expected,
            "{kind} {text:?}"
        );
    }
}

#[test]
fn an_empty_variable_of_an_option_that_is_no_text_counts_as_unset() {
    for kind in ["number", "boolean", "array", "object"] {
        let manifest = format!(
            "name: a\nconfig: {{k: {{type: {kind}, env: K}}}}\ndavit: {{permissions: {{env: [K]}}}}\n"
        );
        assert_eq!(read(&planned(&manifest, None), &[("K", " ")]).unwrap().get("k"), None, "{kind}");
    }
}

#[test]
fn what_does_not_fit_is_told_by_option_and_variable_and_never_by_value() {
    let table = [
        ("number", "secret", "must be a number"),
        ("number", "Infinity", "must be a number"),
        ("number", "9007199254740993", "must be a number that JavaScript holds exactly"),
        ("number, max: 9", "1234567", "is too large: at most 9"),
        ("boolean", "secret", "must be `true` or `false`"),
        ("enum, options: [low, 2]", "secret", "it must be one of \"low\", 2"),
        ("array", "[secret", "must be a list"),
        ("array, min: 3", "secret,1234567", "is too small: at least 3 entries"),
        ("object", "secret", "must be a mapping as JSON"),
        ("password, min: 8", "secret", "is too small: at least 8 characters"),
        (
            "object, properties: {p: {type: number}}",
            "{\"p\": \"secret\"}",
            "config `k.p` of the variable K is a text",
        ),
    ];
    for (kind, text, says) in table {
        let manifest = format!(
            "name: a\nconfig: {{k: {{type: {kind}, env: K}}}}\ndavit: {{permissions: {{env: [K]}}}}\n"
        );
        let message = read(&planned(&manifest, None), &[("K", text)]).unwrap_err();
        assert!(message.contains(says) && message.contains("variable K"), "{kind} {text:?}: {message}");
        assert!(!message.contains("secret") && !message.contains("1234567"), "{message}");
    }
}

#[test]
fn a_required_option_that_a_variable_may_fill_is_judged_where_it_runs() {
    let manifest =
        "name: a\nconfig:\n  o: {type: object, properties: {k: {type: string, required: true, env: K}}}\n";
    let plugin = planned(manifest, Some(&grant(&["K"], json!({}))));
    assert_eq!(read(&plugin, &[("K", "v")]).unwrap()["o"], json!({"k": "v"}));
    assert_eq!(
        read(&plugin, &[]).unwrap_err(),
        "config `o.k` is required: give it a value, or set the variable K"
    );
    assert_faults(&[(
        manifest,
        "m.yaml:3:34: config `o.k` is required: give it a value, or grant the variable K",
    )]);
}

#[test]
fn what_is_required_in_an_object_that_a_variable_may_give_is_judged_where_it_runs() {
    let manifest = "name: a\nconfig: {o: {type: object, required: true, env: O, properties: {k: {type: number, required: true}}}}\n";
    let plugin = planned(manifest, Some(&grant(&["O"], json!({}))));
    assert_eq!(read(&plugin, &[("O", "{\"k\": 1}")]).unwrap()["o"], json!({"k": 1}));
    for set in [&[][..], &[("O", "")], &[("O", "{}")]] {
        assert!(read(&plugin, set).unwrap_err().contains("`o.k`"), "{set:?}");
    }
}

#[test]
fn a_variable_inside_an_object_and_one_of_the_whole_go_together() {
    let manifest = "name: a\nconfig:\n  db:\n    type: object\n    env: DB\n    properties:\n      \
                    host: {type: string, default: localhost}\n      port: {type: number, env: DB_PORT, default: 5432}\n\
                    db: {host: here}\ndavit: {permissions: {env: [DB, DB_PORT]}}\n";
    let plugin = planned(manifest, None);
    let table: [(&[(&str, &str)], Value); 4] = [
        (&[], json!({"host": "here", "port": 5432})),
        (&[("DB_PORT", "1")], json!({"host": "here", "port": 1})),
        (&[("DB", "{\"port\": 2}")], json!({"host": "localhost", "port": 2})),
        (&[("DB", "{\"port\": 2}"), ("DB_PORT", "1")], json!({"host": "localhost", "port": 1})),
    ];
    for (set, expected) in table {
        assert_eq!(read(&plugin, set).unwrap()["db"], expected, "{set:?}");
    }
}

#[test]
fn the_runtimes_own_variables_cannot_be_named() {
    assert_faults(&[
        (
            "name: a\nconfig:\n  k: {type: string, env: RUNTIME_ROOT_KEY}",
            "m.yaml:3:26: the variable `RUNTIME_ROOT_KEY` is the runtime's own: no plugin can read `RUNTIME_…` or `DAVIT_…`; choose another name",
        ),
        (
            "name: a\ndavit:\n  permissions: {env: [HOME, DAVIT_BUN]}",
            "m.yaml:3:29: the variable `DAVIT_BUN` is the runtime's own: no plugin can read `RUNTIME_…` or `DAVIT_…`; choose another name",
        ),
        (
            "name: a\ndavit:\n  permissions: {env: [A-B]}",
            "m.yaml:3:23: `A-B` is no name of a variable: write letters, digits and `_`, not beginning with a digit",
        ),
    ]);
}

#[test]
fn whose_grant_counts_decides_what_is_required() {
    let manifest =
        b"name: a\nconfig: {k: {type: string, required: true, env: K}}\ndavit: {permissions: {env: [K]}}";
    let parse = |values: &Values| Manifest::parse_with("m", manifest, values).map(|manifest| manifest.config);
    assert!(parse(&Values::Own).is_ok());
    assert!(parse(&Values::Over(Map::new(), ["K".parse().unwrap()].into())).is_ok());
    assert!(parse(&Values::Over(Map::new(), [].into())).is_err());
}

proptest! {
    #[test]
    fn no_text_of_a_variable_breaks_anything_or_stands_in_a_message(
        kind in prop::sample::select(vec!["string", "number", "boolean", "array", "object", "enum, options: [qqq]"]),
        text in "[zZ{}\\[\\]\":,1.e-]{6,20}",
    ) {
        let manifest =
            format!("name: a\nconfig: {{k: {{type: {kind}, env: K}}}}\ndavit: {{permissions: {{env: [K]}}}}\n");
        if let Err(message) = read(&planned(&manifest, None), &[("K", &text)]) {
            prop_assert!(!message.contains(text.trim()), "{}", message);
        }
    }
}
