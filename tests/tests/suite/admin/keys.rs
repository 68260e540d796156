//! Keys: what they may do, and until when.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::made::{get, make, revoke, with};

const LIST: &str = "/_/api/plugins";

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    (Start::runtime([plugins.path()]).start().await, plugins)
}

/// The status and the body of a call that was refused.
async fn refused(
    server: &Server,
    method: Method,
    path: &str,
    key: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let answer = with(server, method, path, key).json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_key_counts_for_what_its_role_says_and_for_no_more_from_the_answer_that_revokes_it() {
    let (server, _plugins) = start().await;
    let viewer = make(&server, json!({ "name": "viewer", "role": "viewer" })).await;
    assert_eq!(
        (get(&server, LIST, &viewer.key).await, get(&server, "/healthy", &viewer.key).await),
        (200, 200)
    );
    let (status, body) =
        refused(&server, Method::POST, "/_/api/plugins/reload", &viewer.key, &json!({})).await;
    assert_eq!((status.as_u16(), &body["code"]), (403, &json!("PERMISSION_DENIED")));
    assert!(body["error"].as_str().unwrap().contains("plugins:install"), "{body}");
    assert_eq!(revoke(&server, viewer.id).await, 200);
    assert_eq!(
        (get(&server, LIST, &viewer.key).await, get(&server, "/healthy", &viewer.key).await),
        (401, 401)
    );
    assert_eq!(revoke(&server, viewer.id).await, 404, "the second time");
}

#[tokio::test]
async fn nobody_makes_or_revokes_a_key_that_may_more_than_his_own() {
    let (server, _plugins) = start().await;
    let listed = json!(["keys:create", "keys:revoke", "plugins:read"]);
    let mine = make(&server, json!({ "name": "mine", "role": "custom", "permissions": listed })).await;
    let admin = make(&server, json!({ "name": "admin", "role": "admin" })).await;
    for (asked, lacks) in [
        (json!({ "name": "a", "role": "admin" }), "plugins:install"),
        (json!({ "name": "a", "role": "viewer" }), "keys:read"),
        (
            json!({ "name": "a", "role": "custom", "permissions": ["plugins:read", "workers:read"] }),
            "workers:read",
        ),
    ] {
        let (status, body) = refused(&server, Method::POST, "/_/api/keys", &mine.key, &asked).await;
        assert_eq!((status.as_u16(), &body["code"]), (403, &json!("PERMISSION_DENIED")), "{asked}");
        assert!(body["error"].as_str().unwrap().contains(lacks), "{body}");
    }
    let path = format!("/_/api/keys/{}", admin.id);
    let (status, _) = refused(&server, Method::DELETE, &path, &mine.key, &json!({})).await;
    assert_eq!((status.as_u16(), get(&server, LIST, &admin.key).await), (403, 200));
    let asked = json!({ "name": "b", "role": "custom", "permissions": ["keys:create"] });
    let equal = with(&server, Method::POST, "/_/api/keys", &mine.key).json(&asked).send().await.unwrap();
    assert_eq!(equal.status(), 201);
}

#[tokio::test]
async fn a_key_ends_by_itself_when_its_time_is_over() {
    let (server, _plugins) = start().await;
    let short = make(&server, json!({ "name": "short", "role": "viewer", "expiresIn": 8 })).await;
    assert_eq!(get(&server, LIST, &short.key).await, 200);
    until("its end", async || (get(&server, "/healthy", &short.key).await == 401).then_some(())).await;
    let listed: Value = server.json("/_/api/keys").await;
    let key = &listed["keys"][0];
    assert_eq!(key["expiresAt"].as_u64().unwrap() - key["createdAt"].as_u64().unwrap(), 8);
}

#[tokio::test]
async fn keys_survive_a_restart_in_a_file_that_holds_no_secret_and_that_only_its_owner_reads() {
    let (mut server, plugins) = start().await;
    let (kept, gone) = (
        make(&server, json!({ "name": "kept", "role": "editor", "description": "for the build" })).await,
        make(&server, json!({ "name": "gone", "role": "editor" })).await,
    );
    assert_eq!(revoke(&server, gone.id).await, 200);
    let before = server.json("/_/api/keys").await;
    let logged = server.logs().text();
    server.kill().await;
    let file = plugins.path().join(".davit/keys.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    for secret in [&kept.key, &kept.key[12..], &gone.key, KEY] {
        assert!(!text.contains(secret) && !logged.contains(secret), "{text}\n{logged}");
        assert!(!before.to_string().contains(secret), "{before}");
    }
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.json("/_/api/keys").await, before);
    assert_eq!((get(&server, LIST, &kept.key).await, get(&server, LIST, &gone.key).await), (200, 401));
    let next = make(&server, json!({ "name": "next", "role": "viewer" })).await;
    assert_eq!((kept.id, gone.id, next.id), (1, 2, 3));
}

#[tokio::test]
async fn revoking_the_last_key_opens_nothing() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let mut server = Start::runtime([plugins.path()]).start().await;
    let last = make(&server, json!({ "name": "last", "role": "admin" })).await;
    server.kill().await;
    let server = Start::runtime([plugins.path()]).without("RUNTIME_ROOT_KEY").start().await;
    let path = format!("/_/api/keys/{}", last.id);
    let revoked = with(&server, Method::DELETE, &path, &last.key).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    for path in [LIST, "/healthy"] {
        assert_eq!(server.request(Method::GET, path).send().await.unwrap().status(), 401, "{path}");
    }
    assert_eq!(get(&server, LIST, &last.key).await, 401);
}

#[tokio::test]
async fn a_plugin_that_is_served_alone_has_no_place_for_keys() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::dev(&plugins.path().join("healthy")).start().await;
    let asked = json!({ "name": "a", "role": "viewer" });
    let (status, body) = refused(&server, Method::POST, "/_/api/keys", KEY, &asked).await;
    assert_eq!((status.as_u16(), &body["code"]), (409, &json!("NO_PLUGIN_DIRECTORY")), "{body}");
}
