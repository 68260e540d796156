//! What there is, what is loaded, and a reload (contract §4).

use serde_json::{Value, json};

use super::archives::Package;
use super::credential::Credential;
use super::site::{API, Site, page};

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn plugins_loaded_tells_name_base_dependencies_and_menus() {
    let site = Site::of(|built_in, own| {
        drop(page(built_in, "store", "1.0.0"));
        let more = "dependencies: [store]\noptionalDependencies: [mailer]\nmenus:\n  - {title: Shop, icon: cart, path: /shop}\n";
        let manifest = format!("name: shop\nbase: /shop\nentrypoint: client/index.html\n{more}");
        drop(own.folder("shop").manifest(&manifest).file("client/index.html", "x"));
    })
    .await;
    let loaded = site.ask("GET", "/plugins/loaded", &Credential::root()).await.succeeds(200);
    let loaded = loaded.as_array().expect("a bare array");
    let shop = loaded.iter().find(|one| one["name"] == "shop").expect("it is loaded");
    assert_eq!(keys(shop), ["base", "dependencies", "menus", "name", "optionalDependencies"]);
    assert_eq!((&shop["base"], &shop["dependencies"]), (&json!("/shop"), &json!(["store"])), "{shop}");
    assert!(shop["optionalDependencies"].is_array(), "{shop}");
    assert_eq!(shop["menus"][0], json!({"title": "Shop", "icon": "cart", "path": "/shop"}));
}

#[tokio::test]
async fn plugins_tells_name_path_removable_and_source_relative_to_the_directory() {
    let site = Site::of(|built_in, own| {
        drop(page(built_in, "ships", "1.0.0"));
        drop(page(own, "@acme/mine", "2.0.0"));
        drop(own.folder("broken").manifest("name: broken\nbase: [\n"));
        drop(own.folder("other").manifest("name: ships\nbase: /other\n"));
    })
    .await;
    site.install(&Package::page("@acme/sent", "3.0.0")).await;
    let listed = site.ask("GET", "/plugins", &Credential::root()).await;
    for directory in [&site.built_in, &site.own] {
        assert!(!listed.text.contains(directory.path().to_str().unwrap()), "{}", listed.text);
    }
    let health = site.ask("GET", "/health", &Credential::root()).await.text;
    assert!(health.contains("broken/manifest.yaml") && !health.contains(site.own.path().to_str().unwrap()));
    let listed = listed.succeeds(200);
    let told = |name: &str| {
        let found = listed.as_array().expect("a bare array").iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in {listed:#}")).clone()
    };
    let one = |name: &str, removable: bool, source: &str, version: &str| json!({"name": name, "path": name, "removable": removable, "source": source, "state": "ready", "version": version});
    assert_eq!(told("ships"), one("ships", false, "built-in", "1.0.0"));
    assert_eq!(told("@acme/mine"), one("@acme/mine", true, "uploaded", "2.0.0"));
    assert_eq!(told("@acme/sent"), one("@acme/sent", true, "uploaded", "3.0.0"));
}

#[tokio::test]
async fn reload_answers_ok_and_what_is_really_loaded() {
    let site = Site::of(|_, own| drop(page(own, "one", "1.0.0"))).await;
    drop(page(&site.own, "one", "1.1.0"));
    drop(page(&site.own, "two", "2.0.0"));
    let answer = site.ask("POST", "/plugins/reload", &Credential::root()).await.succeeds(200);
    let versions = json!([{"name": "one", "version": "1.1.0"}, {"name": "two", "version": "2.0.0"}]);
    assert_eq!(answer, json!({"ok": true, "plugins": versions}));
    assert!(site.server.text("/one/").await.contains("1.1.0"));
}

/// Fault 11.
#[tokio::test]
async fn fault_11_a_reload_does_not_list_what_did_not_load() {
    let site = Site::of(|built_in, own| {
        drop(page(built_in, "ships", "1.0.0"));
        drop(own.folder("ships").manifest("name: ships\nversion: 9.0.0\nbase: /ships\nentrypoint: client/none.html\n"));
        drop(own.folder("broken").manifest("name: broken\nbase: [\n"));
        drop(own.folder("codeless").manifest("name: codeless\nbase: /codeless\n"));
        drop(own.folder("off").manifest("name: off\nbase: /off\nenabled: false\nentrypoint: i.html\n").file("i.html", ""));
        drop(page(own, "taker", "1.0.0").manifest("name: taker\nbase: /ships\nentrypoint: client/index.html\n"));
        drop(page(own, "needs", "1.0.0").manifest(
            "name: needs\nbase: /needs\nentrypoint: client/index.html\ndependencies: [codeless]\n",
        ));
        let throws = "export default { onInit() { throw new Error('no'); }, routes: { fetch: () => new Response('x') } };\n";
        drop(own.plugin("throws", "", throws));
    })
    .await;
    let answer = site.ask("POST", "/plugins/reload", &Credential::root()).await.succeeds(200);
    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!(answer["plugins"], json!([{"name": "ships", "version": "1.0.0"}]));
    let failed = answer["failed"].as_array().expect("those that do not run");
    let names: Vec<_> = failed.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["broken", "codeless", "needs", "ships", "taker", "throws"], "{answer:#}");
    let told = |one: &Value| one["reason"].is_string() && one["message"].is_string();
    assert!(failed.iter().all(told), "{answer:#}");
    assert!(!answer.to_string().contains(site.own.path().to_str().unwrap()), "{answer:#}");
    assert_eq!(site.names("/plugins/loaded").await, ["ships"]);
    let listed = site.names("/plugins").await;
    assert_eq!(listed.len(), 8, "what did not load is listed with its state: {listed:?}");
}

#[tokio::test]
async fn every_call_is_there_below_api_too() {
    let site = Site::of(|_, own| drop(page(own, "one", "1.0.0"))).await;
    let calls = [
        ("GET", "/plugins", 200),
        ("GET", "/plugins/loaded", 200),
        ("POST", "/plugins/reload", 200),
        ("POST", "/plugins/upload", 400),
        ("POST", "/plugins/one/disable", 200),
        ("POST", "/plugins/one/enable", 200),
        ("DELETE", "/plugins/none", 404),
        ("GET", "/keys", 200),
        ("GET", "/keys/meta", 200),
        ("POST", "/keys", 415),
        ("DELETE", "/keys/9", 404),
        ("GET", "/admin/session", 200),
        ("POST", "/admin/session", 415),
        ("DELETE", "/admin/session", 204),
        ("GET", "/health", 200),
        ("GET", "/health/ready", 200),
        ("GET", "/health/live", 200),
        ("GET", "/openapi.json", 200),
    ];
    for (method, path, status) in calls {
        for api in [API, "/api"] {
            let call = site.server.request(method.parse().unwrap(), &format!("{api}{path}"));
            let call =
                Credential::root().put(call).header("origin", site.server.url("")).send().await.unwrap();
            assert_eq!(call.status(), status, "{method} {api}{path}");
        }
    }
}
