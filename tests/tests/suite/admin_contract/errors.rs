//! Errors, their order, and request ids (contract §4, shapes).

use davit_tests::raw;
use davit_tests::server::KEY;
use serde_json::json;

use super::answer::told;
use super::credential::Credential;
use super::site::{API, Site};

#[tokio::test]
async fn errors_have_an_error_a_code_and_the_request_id() {
    let site = Site::empty().await;
    let viewer = site.key_of("viewer").await.api_key();
    let root = Credential::root();
    for (method, path, by, status, code) in [
        ("GET", "/plugins", &Credential::Nothing, 401, "AUTH_REQUIRED"),
        ("GET", "/plugins", &Credential::ApiKey("wrong".to_owned()), 401, "INVALID_KEY"),
        ("POST", "/plugins/reload", &viewer, 403, "PERMISSION_DENIED"),
        ("DELETE", "/plugins/none", &root, 404, "PLUGIN_NOT_FOUND"),
        ("GET", "/none", &root, 404, "NOT_FOUND"),
        ("GET", "/plugins/reload", &root, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/keys", &root, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let answer = site.ask(method, path, by).await;
        answer.refuses(status, code);
        assert!(answer.json().get("success").is_none(), "only uploads have it: {answer:?}");
        assert_eq!(answer.json().get("hint").is_some(), status == 401, "{answer:?}");
    }
    let stranger = site.ask("GET", "/plugins", &Credential::Nothing).await.json();
    assert_eq!((&stranger["error"], &stranger["code"]), (&json!("Unauthorized"), &json!("AUTH_REQUIRED")));
    let wrong = site.ask("GET", "/plugins", &Credential::ApiKey("wrong".to_owned())).await.json();
    for told in [&stranger, &wrong] {
        let hint = told["hint"].as_str().expect("what to send");
        assert!(hint.contains("X-API-Key: ") && hint.contains("Authorization: Bearer "), "{told}");
    }
    let upload = site.ask("POST", "/plugins/upload", &Credential::Nothing).await;
    upload.refuses(401, "AUTH_REQUIRED");
    assert_eq!(upload.json()["success"], json!(false), "{upload:?}");
}

#[tokio::test]
async fn wrong_methods_are_told_which_are_right() {
    let site = Site::empty().await;
    for (method, path, allowed) in [
        ("GET", "/plugins/reload", "POST"),
        ("GET", "/plugins/upload", "POST"),
        ("PUT", "/plugins", "GET,HEAD"),
        ("GET", "/plugins/a/enable", "POST"),
        ("GET", "/plugins/a", "DELETE"),
        ("PATCH", "/keys", "GET,HEAD,POST"),
        ("GET", "/keys/1", "DELETE"),
        ("PUT", "/admin/session", "DELETE,GET,HEAD,POST"),
        ("POST", "/health", "GET,HEAD"),
        ("TRACE", "/plugins", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
        ("POST", "/openapi.json", "GET,HEAD"),
    ] {
        let answer = site.ask(method, path, &Credential::root()).await;
        let says = answer.refuses(405, "METHOD_NOT_ALLOWED");
        let (refused, instead) = says.split_once(", only ").unwrap_or_else(|| panic!("{says}"));
        assert!(refused.starts_with(method), "{says}");
        let mut named: Vec<_> = instead.split(", ").collect();
        named.sort_unstable();
        assert_eq!(named.join(","), allowed, "{method} {path}: {says}");
        let mut told: Vec<_> = answer.header("allow").expect("an Allow").split(',').map(str::trim).collect();
        told.sort_unstable();
        assert_eq!(told.join(","), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn bodies_are_refused_by_length_and_media_type_before_they_are_read() {
    let site = Site::empty().await;
    let (origin, host) = (site.server.url(""), format!("localhost:{}", site.server.address().port()));
    let ask = async |path: &str, media_type: &str, length: &str| {
        let headers = [
            ("host", host.as_str()),
            ("origin", &origin),
            ("x-api-key", KEY),
            ("content-type", media_type),
            ("content-length", length),
        ];
        let mut open = raw::open(site.server.address(), &format!("POST {API}{path}"), &headers).await;
        raw::read_head(&mut open).await.status
    };
    for path in ["/keys", "/admin/session"] {
        assert_eq!(ask(path, "application/json", "65537").await, 413, "{path}");
        assert_eq!(ask(path, "text/plain", "20").await, 415, "{path}");
        assert_eq!(ask(path, "application/x-www-form-urlencoded", "20").await, 415, "{path}");
    }
    assert_eq!(ask("/plugins/upload", "application/json", "20").await, 400);
    assert_eq!(ask("/plugins/upload", "multipart/form-data; boundary=x", "999999999999").await, 413);
    let call = site
        .call("POST", "/keys", &Credential::root())
        .header("content-type", "application/json; charset=utf-8");
    told(call.body(r#"{"name": "x", "role": "viewer"}"#)).await.succeeds(201);
}

#[tokio::test]
async fn request_id_is_kept_when_sent_and_made_when_not() {
    let site = Site::empty().await;
    for (method, path) in [
        ("GET", "/plugins"),
        ("GET", "/none"),
        ("GET", "/health"),
        ("POST", "/keys"),
        ("GET", "/openapi.json"),
    ] {
        let call = site.call(method, path, &Credential::root()).header("x-request-id", "sent-by-a-client");
        assert_eq!(told(call).await.header("x-request-id"), Some("sent-by-a-client"), "{method} {path}");
        let made = site.ask(method, path, &Credential::root()).await;
        let again = site.ask(method, path, &Credential::root()).await;
        assert!(made.header("x-request-id").is_some_and(|id| !id.is_empty()), "{method} {path}");
        assert_ne!(made.header("x-request-id"), again.header("x-request-id"), "{method} {path}");
    }
}
