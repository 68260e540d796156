//! The manifest's options (contract §2) and where their values come from (§3).

use serde_json::json;

use super::scene::{Scene, TELL};

/// One option of each type; all have a default but the last one.
const SCHEMA: &str = "config:
  text: {type: string, label: Text, description: what to say, default: hello, min: 2, max: 8}
  count: {type: number, default: 3, min: 1, max: 5}
  flag: {type: boolean, default: false}
  choice: {type: enum, options: [a, b], default: a}
  list: {type: array, default: [1, 2]}
  secret: {type: password, default: hidden}
  nested: {type: object, properties: {host: {type: string, default: localhost}, port: {type: number, default: 80}}}
  needed: {type: string, required: true}
";

#[tokio::test]
async fn manifest_config_is_the_schema_of_options_and_completes_them() {
    let scene = Scene::one(&format!("{SCHEMA}needed: given\nnested: {{port: 81}}\n"), TELL).await;
    let config = scene.server.json("/one").await;
    let expected = json!({
        "text": "hello", "count": 3, "flag": false, "choice": "a", "list": [1, 2], "secret": "hidden",
        "nested": {"host": "localhost", "port": 81}, "needed": "given",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&config[key], value, "{key}");
    }
}

#[tokio::test]
async fn manifest_config_refuses_what_does_not_fit_and_names_the_option() {
    let wrong = [
        ("absent", "", "needed"),
        ("type", "needed: x\ncount: many\n", "count"),
        ("range", "needed: x\ncount: 6\n", "count"),
        ("length", "needed: x\ntext: h\n", "text"),
        ("choice", "needed: x\nchoice: c\n", "choice"),
        ("list", "needed: x\nlist: 1\n", "list"),
        ("nested", "needed: x\nnested: {port: high}\n", "nested.port"),
    ];
    let scene = Scene::of(|plugins| {
        for (name, values, _) in wrong {
            drop(plugins.plugin(name, &format!("{SCHEMA}{values}"), TELL));
        }
    })
    .await;
    for (name, _, option) in wrong {
        let (state, reason, message) = scene.fate(name).await;
        assert!(state == "failed" && message.contains(option), "{name}: {state} {reason}: {message}");
    }
}

#[tokio::test]
async fn manifest_keys_that_are_anything_else_are_handed_to_the_factory() {
    let more = "greeting: hi\nlevels: [1, {deep: true}]\ntimeout: 5s\nvisibility: public\n";
    let config = Scene::one(more, TELL).await.server.json("/one").await;
    let own =
        json!({"greeting": "hi", "levels": [1, {"deep": true}], "timeout": "5s", "visibility": "public"});
    for (key, value) in own.as_object().unwrap() {
        assert_eq!(&config[key], value, "{key}");
    }
    assert_eq!(config["base"], "/one", "and where it is served");
    assert_eq!(config.as_object().unwrap().len(), 5, "{config}");
}

#[tokio::test]
async fn config_environment_goes_before_manifest_and_that_before_default() {
    let option = "config: {level: {type: string, env: SUITE_LEVEL, default: from default}}\n";
    let granted = "davit: {permissions: {env: [SUITE_LEVEL]}}\n";
    let value = "level: from manifest\n";
    let write = |plugins: &davit_tests::Plugins| {
        drop(plugins.plugin("three", &format!("{option}{value}{granted}"), TELL));
        drop(plugins.plugin("two", &format!("{option}{value}"), TELL));
        drop(plugins.plugin("one", option, TELL));
    };
    let scene = Scene::started(write, |start| start.env("SUITE_LEVEL", "from environment")).await;
    for (name, from) in [("three", "environment"), ("two", "manifest"), ("one", "default")] {
        assert_eq!(scene.server.json(&format!("/{name}")).await["level"], format!("from {from}"));
    }
}
