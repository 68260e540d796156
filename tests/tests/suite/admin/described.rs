//! What the description of the admin API says of permissions is what the calls ask.

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A call as it is described.
struct Described {
    method: Method,
    path: String,
    permission: String,
    statuses: Vec<u16>,
}

/// All calls that need a permission.
async fn described(server: &Server) -> Vec<Described> {
    let document = server.json("/_/api/openapi.json").await;
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let text = operation["description"].as_str().unwrap_or_default();
            let Some((_, rest)) = text.split_once("Needs the permission `") else { continue };
            let statuses = operation["responses"].as_object().expect("responses").keys();
            all.push(Described {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.replace("{name}", "%40nobody%2Fhere").replace("{id}", "999"),
                permission: rest.split('`').next().expect("a permission").to_owned(),
                statuses: statuses.map(|status| status.parse().expect("a status")).collect(),
            });
        }
    }
    all
}

/// A key that may do these and nothing else.
async fn key(server: &Server, permissions: &[&str]) -> String {
    let wish = json!({"name": "suite", "role": "custom", "permissions": permissions});
    let made: Value = server.post("/_/api/keys").json(&wish).send().await.unwrap().json().await.unwrap();
    made["data"]["key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn call(server: &Server, call: &Described, key: &str) -> Response {
    let origin = server.url("");
    let request = server.request(call.method.clone(), &call.path).header("x-api-key", key);
    request.header("origin", origin.trim_end_matches('/')).send().await.expect("the server answers")
}

#[tokio::test]
async fn each_call_asks_for_the_permission_that_its_description_names_and_for_no_other() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let meta: Value = server.json("/_/api/keys/meta").await;
    let all: Vec<&str> = meta["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let described = described(&server).await;
    for permission in &all {
        let others: Vec<&str> = all.iter().copied().filter(|other| other != permission).collect();
        let (alone, without) = (key(&server, &[permission]).await, key(&server, &others).await);
        let mut calls = described.iter().filter(|call| call.permission == *permission).peekable();
        assert!(calls.peek().is_some(), "no call needs {permission}");
        for described in calls {
            let refused = call(&server, described, &without).await;
            assert_eq!(refused.status(), 403, "{} {}", described.method, described.path);
            let body: Value = refused.json().await.unwrap();
            assert_eq!(body["code"], "PERMISSION_DENIED", "{body}");
            assert!(body["error"].as_str().unwrap().contains(permission), "{body}");
            let status = call(&server, described, &alone).await.status().as_u16();
            let told = format!("{} {}: {status}", described.method, described.path);
            assert!(![401, 403].contains(&status) && described.statuses.contains(&status), "{told}");
        }
    }
}

#[tokio::test]
async fn health_names_plugins_only_to_those_who_may_list_them() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::runtime([plugins.path()]).start().await;
    let config = key(&server, &["plugins:config"]).await;
    let reads = key(&server, &["plugins:read"]).await;
    let details = json!([{"name": "healthy", "state": "ready"}]);
    for (path, tells) in [("/_/api/health", true), ("/api/health", true), ("/_/api/health/ready", false)] {
        for (key, may) in [("wrong", false), (&*config, false), (&*reads, true), (KEY, true)] {
            let answer = server.request(Method::GET, path).header("x-api-key", key).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            let health: Value = answer.json().await.unwrap();
            assert_eq!(health["plugins"]["ready"], 1, "{health}");
            assert_eq!(health.get("details"), Some(&details).filter(|_| tells && may), "{path}");
        }
    }
}
