//! What the admin API answers.

use davit_tests::server::Start;
use davit_tests::{Plugins, Server};
use reqwest::Method;
use serde_json::{Value, json};

const CODE: &str = "export default { routes: { fetch: () => new Response(String(process.pid)) } };\n";

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("store", "version: 2.1.0\n", CODE));
    let menus = "menus:\n  - {title: Shop, icon: cart, path: /shop/all}\n";
    let more = format!("version: 1.0.0\ndependencies: [store]\noptionalDependencies: [mailer]\n{menus}");
    drop(plugins.plugin("shop", &more, CODE));
    drop(plugins.folder("@acme/broken").manifest("name: \"@acme/broken\"\nbase: /broken\n"));
    (Start::runtime([plugins.path()]).start().await, plugins)
}

#[tokio::test]
async fn every_folder_is_listed_whatever_became_of_it() {
    let (server, _plugins) = start().await;
    for api in ["/_/api", "/api"] {
        let plugins = server.json(&format!("{api}/plugins")).await;
        let broken = server.plugin("@acme/broken").await;
        assert!(broken["message"].as_str().unwrap().contains("no code and no user interface"), "{broken}");
        let expected = json!([
            {"name": "@acme/broken", "path": "@acme/broken", "removable": true, "source": "uploaded",
             "state": "failed", "reason": "PackageInvalid", "message": broken["message"]},
            {"name": "shop", "path": "shop", "removable": true, "source": "uploaded", "state": "ready", "version": "1.0.0"},
            {"name": "store", "path": "store", "removable": true, "source": "uploaded", "state": "ready", "version": "2.1.0"},
        ]);
        assert_eq!(plugins, expected, "{plugins:#}");
    }
}

#[tokio::test]
async fn what_serves_is_listed_in_start_order() {
    let (server, _plugins) = start().await;
    let loaded = server.json("/_/api/plugins/loaded").await;
    let expected = json!([
        {"name": "store", "base": "/store", "dependencies": [], "optionalDependencies": [], "menus": []},
        {"name": "shop", "base": "/shop", "dependencies": ["store"], "optionalDependencies": [],
         "menus": loaded[1]["menus"]},
    ]);
    assert_eq!(loaded, expected, "{loaded:#}");
    let menu = &loaded[1]["menus"][0];
    assert_eq!(
        (&menu["title"], &menu["icon"], &menu["path"]),
        (&json!("Shop"), &json!("cart"), &json!("/shop/all"))
    );
}

#[tokio::test]
async fn a_reload_by_hand_replaces_every_process_and_lists_what_loaded() {
    let (server, _plugins) = start().await;
    let before = server.text("/shop").await;
    assert_eq!(before, server.text("/store").await, "a group shares its process");
    let reloaded = server.reload().await;
    let versions = json!([{"name": "shop", "version": "1.0.0"}, {"name": "store", "version": "2.1.0"}]);
    let broken = server.plugin("@acme/broken").await;
    let failed = json!([{"name": "@acme/broken", "state": "failed", "reason": "PackageInvalid",
                         "message": broken["message"]}]);
    assert_eq!(reloaded, json!({"ok": true, "plugins": versions, "failed": failed}));
    assert_ne!(server.text("/shop").await, before);
}

#[tokio::test]
async fn turning_on_what_cannot_run_says_why_it_does_not() {
    let (server, plugins) = start().await;
    let turn = async |name: &str, word: &str| {
        let answer = server.post(&format!("/_/api/plugins/{name}/{word}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{word} {name}");
        answer.json::<Value>().await.unwrap()
    };
    let answer = turn("@acme/broken", "enable").await;
    let message = &server.plugin("@acme/broken").await["message"];
    assert!(!message.as_str().unwrap().contains(plugins.path().to_str().unwrap()), "{message}");
    let data = json!({"enabled": true, "name": "@acme/broken", "state": "failed",
                      "reason": "PackageInvalid", "message": message});
    assert_eq!(answer, json!({"success": true, "data": data}));
    for (word, enabled) in [("disable", false), ("enable", true)] {
        let data = json!({"enabled": enabled, "name": "store"});
        assert_eq!(turn("store", word).await, json!({"success": true, "data": data}));
    }
}

#[tokio::test]
async fn health_is_open_to_everybody_and_counts_the_plugins() {
    let (server, _plugins) = start().await;
    for path in ["/health", "/health/live", "/health/ready"] {
        for api in ["/_/api", "/api"] {
            let response = server.request(Method::GET, &format!("{api}{path}")).send().await.unwrap();
            assert_eq!(response.status(), 200, "{api}{path}");
            let health: Value = response.json().await.unwrap();
            assert_eq!((&health["ok"], &health["status"]), (&json!(true), &json!("degraded")), "{health}");
            assert_eq!(
                (&health["plugins"]["ready"], &health["plugins"]["failed"]),
                (&json!(2), &json!(1)),
                "{health}"
            );
            assert!(health["engine"].as_str().unwrap().starts_with("bun "), "{health}");
        }
    }
}

#[tokio::test]
async fn discovery_answers_everybody_also_with_a_wrong_key() {
    let (server, _plugins) = start().await;
    for path in ["/.well-known/davit", "/.well-known/buntime"] {
        let response = server.request(Method::GET, path).header("x-api-key", "wrong").send().await.unwrap();
        assert_eq!(response.status(), 200);
        let found: Value = response.json().await.unwrap();
        assert_eq!(found["api"], "/_/api");
        assert!(found["version"].is_string(), "{found}");
    }
}

#[tokio::test]
async fn a_runtime_without_plugins_is_ready() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.json("/_/api/plugins").await, json!([]));
    assert_eq!(server.json("/_/api/health/ready").await["status"], "healthy");
}
