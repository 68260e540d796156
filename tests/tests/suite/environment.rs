//! What plugins in directories see of the environment: what their manifests ask
//! for, and nothing else of the runtime's.

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, until};
use serde_json::{Value, json};

/// Tells all of its environment, in both ways, and its configuration.
const TELL: &str = r"
export default (config: any) => ({
  routes: { fetch: () => Response.json({ bun: Bun.env, process: process.env, config }) },
});
";
const SECRET: &str = "hunter2-0123456789";

/// A server whose environment has more than plugins are to see.
fn start(plugins: &Plugins) -> Start {
    Start::runtime([plugins.path()])
        .env("LOG_LEVEL", "debug")
        .env("HTTP_PORT", "8080")
        .env("API_TOKEN", SECRET)
        .env("EMPTY", "")
}

/// The names of all variables but the one by which Bun tells Bun processes that a
/// plugin starts to end with it.
pub(crate) fn names(env: &Value) -> Vec<&str> {
    let names = env.as_object().expect("a mapping").keys().map(String::as_str);
    names.filter(|name| *name != "BUN_FEATURE_FLAG_NO_ORPHANS").collect()
}

#[tokio::test]
async fn a_plugin_sees_what_its_manifest_asks_for_and_nothing_of_the_runtimes() {
    let plugins = Plugins::new();
    drop(plugins.plugin("asks", "davit: {permissions: {env: [LOG_LEVEL, EMPTY, NOT_SET]}}\n", TELL));
    drop(plugins.plugin("silent", "", TELL));
    let server = start(&plugins).start().await;
    let (asks, silent) = (server.json("/asks").await, server.json("/silent").await);
    assert_eq!(names(&asks["bun"]), ["DAVIT_DATA_DIR", "EMPTY", "LOG_LEVEL"]);
    assert_eq!((&asks["bun"]["LOG_LEVEL"], &asks["bun"]["EMPTY"]), (&json!("debug"), &json!("")));
    assert_eq!(names(&silent["bun"]), ["DAVIT_DATA_DIR"]);
    for told in [asks, silent] {
        assert_eq!(told["bun"], told["process"]);
        assert!(!told.to_string().contains(KEY) && !told.to_string().contains(SECRET), "{told}");
    }
}

#[tokio::test]
async fn a_variable_that_the_schema_names_goes_before_the_manifest_if_it_is_asked_for() {
    let plugins = Plugins::new();
    let schema = "config:\n  port: {type: number, env: HTTP_PORT, default: 1}\n  level: {type: string, env: LOG_LEVEL}\nport: 2\nlevel: warn\n";
    let asks = format!("{schema}davit: {{permissions: {{env: [HTTP_PORT]}}}}\n");
    drop(plugins.plugin("asks", &asks, TELL));
    drop(plugins.plugin("silent", schema, TELL));
    let server = start(&plugins).start().await;
    let config = server.json("/asks").await["config"].clone();
    assert_eq!((&config["port"], &config["level"]), (&json!(8080), &json!("warn")));
    assert_eq!(server.json("/silent").await["config"]["port"], 2);
}

/// The runtime's key is in its environment here; no way leads to it.
#[tokio::test]
async fn the_root_key_is_neither_in_the_environment_nor_to_be_had_by_permission_or_schema() {
    let plugins = Plugins::new();
    let own = |name: &str| format!("the variable `{name}` is the runtime's own");
    drop(plugins.plugin("permission", "davit: {permissions: {env: [RUNTIME_ROOT_KEY]}}\n", TELL));
    drop(plugins.plugin("schema", "config: {key: {type: password, env: RUNTIME_ROOT_KEY}}\n", TELL));
    drop(plugins.plugin("volume", "config: {at: {type: string, env: DAVIT_VOLUME}}\n", TELL));
    drop(plugins.plugin("innocent", "", TELL));
    let server = start(&plugins).start().await;
    let told = server.text("/innocent").await;
    assert!(!told.contains(KEY) && !told.contains("RUNTIME_"), "{told}");
    for (name, variable) in
        [("permission", "RUNTIME_ROOT_KEY"), ("schema", "RUNTIME_ROOT_KEY"), ("volume", "DAVIT_VOLUME")]
    {
        let plugin = server.plugin(name).await;
        assert_eq!(plugin["reason"], "ManifestInvalid", "{plugin}");
        assert!(plugin["message"].to_string().contains(&own(variable)), "{plugin}");
    }
}

#[tokio::test]
async fn a_value_that_does_not_fit_fails_its_plugin_alone_and_is_never_told() {
    let plugins = Plugins::new();
    let number = "config: {port: {type: number, env: API_TOKEN}}\ndavit: {permissions: {env: [API_TOKEN]}}\n";
    let required = "config: {key: {type: string, required: true, env: NOT_SET}}\ndavit: {permissions: {env: [NOT_SET]}}\n";
    drop(plugins.plugin("number", number, TELL));
    drop(plugins.plugin("required", required, TELL));
    drop(plugins.plugin("fine", "", TELL));
    let server = start(&plugins).start().await;
    assert_eq!(server.get("/fine").send().await.unwrap().status(), 200);
    let table = [
        ("number", "config `port` of the variable API_TOKEN must be a number"),
        ("required", "config `key` is required: give it a value, or set the variable NOT_SET"),
    ];
    for (name, says) in table {
        let plugin = server.plugin(name).await;
        assert_eq!(plugin["reason"], "ConfigInvalid", "{plugin}");
        assert!(plugin["message"].to_string().contains(says), "{plugin}");
    }
    assert!(!server.logs().text().contains(SECRET), "the log tells a value");
}

#[tokio::test]
async fn linked_plugins_see_what_each_of_them_was_given() {
    let plugins = Plugins::new();
    drop(plugins.plugin("a", "davit: {permissions: {env: [LOG_LEVEL]}}\n", TELL));
    drop(plugins.plugin("b", "dependencies: [a]\ndavit: {permissions: {env: [HTTP_PORT]}}\n", TELL));
    let server = start(&plugins).start().await;
    let told = server.json("/b").await;
    assert_eq!(names(&told["bun"]), ["DAVIT_DATA_DIR", "HTTP_PORT", "LOG_LEVEL"]);
    assert_eq!(server.json("/a").await["bun"], told["bun"]);
}

/// What is granted is never part of the last good version.
#[tokio::test]
async fn the_last_good_version_runs_with_todays_permissions() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("app", "davit: {permissions: {env: [LOG_LEVEL]}}\n", TELL);
    let server = Start::dev(plugins.path()).env("LOG_LEVEL", "debug").start().await;
    let seen = async || server.get("/app").send().await.ok()?.json::<Value>().await.ok();
    until("the variable", async || seen().await.filter(|told| told["bun"]["LOG_LEVEL"] == "debug")).await;
    folder.write("plugin.ts", "export default {");
    server.plugin_when("app", |plugin| plugin["reason"] == "LoadFailed").await;
    folder.write("manifest.yaml", "name: app\nbase: /app\n");
    let told = until("the end of the permission", async || {
        seen().await.filter(|told| told["bun"]["LOG_LEVEL"].is_null())
    })
    .await;
    assert_eq!(names(&told["bun"]), ["DAVIT_DATA_DIR"]);
    assert_eq!(server.plugin("app").await["reason"], "LoadFailed");
}
