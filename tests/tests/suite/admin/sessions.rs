//! Sessions: a cookie in place of a key, as long as the key counts.

use std::fs;

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::made::{make, revoke};

const SESSION: &str = "/_/api/admin/session";
const RELOAD: &str = "/_/api/plugins/reload";

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    (Start::runtime([plugins.path()]).start().await, plugins)
}

async fn open(server: &Server, key: &str) -> Response {
    let login = server.request(Method::POST, SESSION).header("origin", server.url(""));
    login.json(&json!({ "key": key })).send().await.unwrap()
}

fn set_cookie(answer: &Response) -> String {
    answer.headers()["set-cookie"].to_str().unwrap().to_owned()
}

/// Opens a session; its cookie as a browser sends it back.
async fn cookie(server: &Server, key: &str) -> String {
    let answer = open(server, key).await;
    assert_eq!(answer.status(), 200);
    set_cookie(&answer).split(';').next().unwrap().to_owned()
}

async fn status(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
    let request = headers
        .iter()
        .fold(server.request(method, path), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap().status().as_u16()
}

async fn shown(server: &Server, cookie: &str) -> Value {
    let answer = server.request(Method::GET, SESSION).header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_session_is_a_cookie_that_no_script_and_no_other_site_gets() {
    let (server, _plugins) = start().await;
    let answer = open(&server, KEY).await;
    let cookie = set_cookie(&answer);
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/; Max-Age=86400");
    assert!(value.starts_with("buntime_api_key=") && !value.contains(KEY), "{value}");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["authenticated"], true);
    assert_eq!((&body["principal"]["isRoot"], &body["principal"]["role"]), (&json!(true), &json!("admin")));
    assert_eq!(shown(&server, &format!("theme=dark; {value}; lang=en")).await, body);
    assert_eq!(status(&server, Method::GET, "/healthy", &[("cookie", value)]).await, 200);
    assert!(!server.logs().text().contains(value.split_once('=').unwrap().1));
}

#[tokio::test]
async fn a_session_may_what_its_key_may_and_changes_nothing_without_an_origin() {
    let (server, _plugins) = start().await;
    let viewer = make(&server, json!({ "name": "viewer", "role": "viewer" })).await;
    let (root, viewer) = (cookie(&server, KEY).await, cookie(&server, &viewer.key).await);
    let origin = server.url("");
    assert_eq!(status(&server, Method::POST, RELOAD, &[("cookie", &root)]).await, 403);
    assert_eq!(status(&server, Method::POST, RELOAD, &[("cookie", &root), ("origin", &origin)]).await, 200);
    assert_eq!(status(&server, Method::POST, RELOAD, &[("cookie", &viewer), ("origin", &origin)]).await, 403);
    assert_eq!(status(&server, Method::GET, "/_/api/plugins", &[("cookie", &viewer)]).await, 200);
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_survives_a_restart_until_then() {
    let (mut server, plugins) = start().await;
    let key = make(&server, json!({ "name": "people", "role": "viewer" })).await;
    let short = make(&server, json!({ "name": "short", "role": "viewer", "expiresIn": "8s" })).await;
    let (session, ending) = (cookie(&server, &key.key).await, cookie(&server, &short.key).await);
    until("its key's end", async || {
        (shown(&server, &ending).await == json!({ "authenticated": false })).then_some(())
    })
    .await;
    server.kill().await;
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(shown(&server, &session).await["principal"]["role"], "viewer");
    assert_eq!(revoke(&server, key.id).await, 200);
    assert_eq!(shown(&server, &session).await, json!({ "authenticated": false }));
    for path in ["/healthy", "/_/api/plugins"] {
        assert_eq!(status(&server, Method::GET, path, &[("cookie", &session)]).await, 401, "{path}");
    }
}

#[tokio::test]
async fn a_session_of_the_root_key_ends_when_that_changes() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let file = plugins.path().join("root.key");
    fs::write(&file, KEY).unwrap();
    let start = Start::runtime([plugins.path()]).without("RUNTIME_ROOT_KEY");
    let server = start.env("RUNTIME_ROOT_KEY_FILE", file.to_str().unwrap()).start().await;
    let session = cookie(&server, KEY).await;
    assert_eq!(status(&server, Method::GET, "/healthy", &[("cookie", &session)]).await, 200);
    fs::write(&file, "another-key-0123456789").unwrap();
    server.logs().line("the root key has changed").await;
    assert_eq!(status(&server, Method::GET, "/healthy", &[("cookie", &session)]).await, 401);
}

#[tokio::test]
async fn leaving_clears_the_cookie_and_a_stranger_is_told_that_he_is_one() {
    let (server, _plugins) = start().await;
    let leave = |origin: &str| server.request(Method::DELETE, SESSION).header("origin", origin).send();
    let answer = leave(&server.url("")).await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(set_cookie(&answer), "buntime_api_key=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    assert_eq!(leave("http://evil.example").await.unwrap().status(), 403);
    assert_eq!(shown(&server, "buntime_api_key=").await, json!({ "authenticated": false }));
    let wrong = open(&server, "wrong").await;
    assert_eq!((wrong.status().as_u16(), wrong.headers().get("set-cookie")), (401, None));
}
