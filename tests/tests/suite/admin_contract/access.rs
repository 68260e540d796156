//! Who may do what (contract §4): credentials, their order, and roles.

use davit_tests::server::KEY;
use serde_json::json;

use super::answer::told;
use super::archives::Package;
use super::credential::{COOKIE, Credential};
use super::site::{API, Site, page};

#[tokio::test]
async fn every_management_call_needs_a_key_as_bearer_or_x_api_key() {
    let site = Site::empty().await;
    let calls = [
        ("GET", "/plugins/loaded"),
        ("GET", "/plugins"),
        ("POST", "/plugins/reload"),
        ("POST", "/plugins/upload"),
        ("DELETE", "/plugins/a"),
        ("POST", "/plugins/a/enable"),
        ("POST", "/plugins/a/disable"),
        ("GET", "/plugins/a/logs"),
        ("GET", "/keys"),
        ("POST", "/keys"),
        ("DELETE", "/keys/1"),
        ("GET", "/keys/meta"),
        ("GET", "/no/such/call"),
    ];
    for (method, path) in calls {
        let stranger = site.ask(method, path, &Credential::Nothing).await;
        stranger.refuses(401, "AUTH_REQUIRED");
        assert_eq!(stranger.header("www-authenticate"), Some("Bearer"), "{method} {path}");
        for known in [Credential::root(), Credential::Bearer(KEY.to_owned())] {
            assert_ne!(site.ask(method, path, &known).await.status, 401, "{method} {path} with {known:?}");
        }
    }
    site.ask("GET", "/plugins", &Credential::Bearer("wrong".to_owned())).await.refuses(401, "INVALID_KEY");
    site.ask("GET", "/plugins", &Credential::ApiKey("wrong".to_owned())).await.refuses(401, "INVALID_KEY");
}

#[tokio::test]
async fn credentials_count_in_the_order_x_api_key_bearer_cookie() {
    let site = Site::empty().await;
    let [editor, viewer, admin] =
        [site.key_of("editor").await, site.key_of("viewer").await, site.key_of("admin").await];
    let whose = async |headers: &[(&str, String)]| {
        let call = site.server.request(reqwest::Method::GET, &format!("{API}/admin/session"));
        let call = headers.iter().fold(call, |call, (name, value)| call.header(*name, value));
        told(call).await.succeeds(200)["principal"]["role"].clone()
    };
    let api_key = ("x-api-key", editor.key.clone());
    let bearer = ("authorization", format!("Bearer {}", viewer.key));
    let cookie = ("cookie", format!("theme=dark; {COOKIE}={}; lang=en", admin.key));
    assert_eq!(whose(&[cookie.clone(), bearer.clone(), api_key.clone()]).await, "editor");
    assert_eq!(whose(&[cookie.clone(), bearer]).await, "viewer");
    assert_eq!(whose(&[cookie]).await, "admin", "among other cookies");
    assert_eq!(whose(&[api_key]).await, "editor");
}

#[tokio::test]
async fn credentials_in_the_query_string_are_ignored() {
    let site = Site::empty().await;
    for name in ["key", "api_key", "apiKey", "x-api-key", COOKIE, "access_token", "token"] {
        let path = format!("/plugins?{name}={KEY}");
        site.ask("GET", &path, &Credential::Nothing).await.refuses(401, "AUTH_REQUIRED");
        let viewer = site.key_of("viewer").await.api_key();
        let path = format!("/plugins/reload?{name}={KEY}");
        site.ask("POST", &path, &viewer).await.refuses(403, "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn roles_may_what_the_contract_says_and_a_refusal_names_the_permission() {
    let site = Site::of(|_, own| drop(page(own, "one", "1.0.0"))).await;
    let all = [
        ("GET", "/plugins", "plugins:read"),
        ("GET", "/plugins/loaded", "plugins:read"),
        ("POST", "/plugins/reload", "plugins:install"),
        ("POST", "/plugins/upload", "plugins:install"),
        ("DELETE", "/plugins/none", "plugins:remove"),
        ("POST", "/plugins/one/enable", "plugins:config"),
        ("POST", "/plugins/one/disable", "plugins:config"),
        ("GET", "/plugins/one/logs?follow=false", "workers:read"),
        ("GET", "/keys", "keys:read"),
        ("GET", "/keys/meta", "keys:read"),
        ("POST", "/keys", "keys:create"),
        ("DELETE", "/keys/4711", "keys:revoke"),
    ];
    let may = |role: &str, permission: &str| match role {
        "admin" => true,
        "editor" => permission.starts_with("plugins:") || permission == "workers:read",
        "viewer" => permission.ends_with(":read"),
        "custom" => permission == "plugins:config",
        _ => unreachable!("no role of the contract"),
    };
    for role in ["admin", "editor", "viewer", "custom"] {
        let permissions = if role == "custom" { json!(["plugins:config"]) } else { json!(null) };
        let mut wish = json!({"name": role, "role": role});
        if role == "custom" {
            wish["permissions"] = permissions;
        }
        let key = site.key(&wish).await;
        for by in [key.api_key(), site.session(&key.key).await] {
            for (method, path, permission) in all {
                let answer = site.ask(method, path, &by).await;
                if may(role, permission) {
                    assert!(!matches!(answer.status, 401 | 403), "{role}: {method} {path}: {answer:?}");
                } else {
                    let said = answer.refuses(403, "PERMISSION_DENIED");
                    assert!(said.contains(permission), "{role}: {method} {path}: {said}");
                }
            }
        }
    }
}

#[tokio::test]
async fn viewers_list_and_editors_upload_reload_and_remove() {
    let site = Site::empty().await;
    let (editor, viewer) = (site.key_of("editor").await.api_key(), site.key_of("viewer").await.api_key());
    let archive = Package::page("a", "1.0.0").tgz("");
    site.upload("a.tgz", &archive, &viewer).await.refuses(403, "PERMISSION_DENIED");
    site.upload("a.tgz", &archive, &editor).await.succeeds(200);
    site.ask("POST", "/plugins/reload", &editor).await.succeeds(200);
    let listed = site.ask("GET", "/plugins", &viewer).await.succeeds(200);
    assert_eq!(listed[0]["name"], "a");
    site.ask("DELETE", "/plugins/a", &viewer).await.refuses(403, "PERMISSION_DENIED");
    site.ask("DELETE", "/plugins/a", &editor).await.succeeds(200);
}

/// Fault 3.
#[tokio::test]
async fn fault_3_no_header_of_a_client_skips_the_origin_check_or_the_key() {
    let site = Site::empty().await;
    let port = site.server.address().port();
    let internal = [
        ("x-buntime-internal", "true"),
        ("x-buntime-internal", "1"),
        ("x-internal", "true"),
        ("x-internal-request", "true"),
        ("x-davit-internal", "true"),
        ("x-identity", "{\"isRoot\":true,\"role\":\"admin\"}"),
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-original-host", "localhost"),
        ("x-http-method-override", "GET"),
        ("sec-fetch-site", "same-origin"),
        ("referer", &format!("http://localhost:{port}/")),
    ];
    for (name, value) in internal {
        let call = || {
            let call = site.server.request(reqwest::Method::POST, &format!("{API}/plugins/reload"));
            call.header(name, value)
        };
        let stranger = told(call().header("origin", site.server.url(""))).await;
        stranger.refuses(401, "AUTH_REQUIRED");
        for origin in [None, Some("http://evil.test")] {
            let call = origin.into_iter().fold(call(), |call, origin| call.header("origin", origin));
            told(Credential::root().put(call)).await.refuses(403, "ORIGIN_MISMATCH");
        }
    }
}
