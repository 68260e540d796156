//! Davit's own errors.

use davit_tests::Plugins;
use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use serde_json::Value;

/// An error's code, if it has the one shape that all have.
fn code(response: &RawResponse) -> String {
    assert_eq!(response.header("content-type"), Some("application/json"), "{response:?}");
    let body: Value =
        serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("{}", response.text()));
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "error", "requestId"], "{body}");
    assert_eq!(body["requestId"].as_str(), response.header("x-request-id"), "{body}");
    assert!(!body["error"].as_str().unwrap().is_empty(), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn errors_are_json_with_a_code_and_the_request_id() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let key = ("x-api-key", KEY);
    let table = [
        ("/", 404, "NOT_FOUND"),
        ("/nowhere/at/all", 404, "NOT_FOUND"),
        ("/_/api/nowhere", 404, "NOT_FOUND"),
        ("/api/nowhere", 404, "NOT_FOUND"),
        ("/.well-known/other", 404, "NOT_FOUND"),
        ("*", 400, "BAD_REQUEST_TARGET"),
        ("/_/api/plugins/reload", 405, "METHOD_NOT_ALLOWED"),
    ];
    for (target, status, expected) in table {
        let response = raw::get(server.address(), target, &[key]).await;
        assert_eq!((response.status, &*code(&response)), (status, expected), "{target}");
    }
}

#[tokio::test]
async fn a_method_that_is_not_served_is_told_which_are() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    for (method, path, allowed) in [
        ("GET", "/_/api/plugins/reload", "POST"),
        ("DELETE", "/_/api/plugins", "GET,HEAD"),
        ("PUT", "/_/api/health", "GET,HEAD"),
    ] {
        let headers = [("x-api-key", KEY), ("origin", "http://davit.test")];
        let response = raw::ask(server.address(), &format!("{method} {path}"), &headers).await;
        assert_eq!((response.status, &*code(&response)), (405, "METHOD_NOT_ALLOWED"), "{method} {path}");
        assert_eq!(response.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[tokio::test]
async fn a_request_without_a_usable_host_is_refused() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    for host in [
        "",
        "host: \r\n",
        "host: a b\r\n",
        "host: user@davit.test\r\n",
        "host: davit.test/x\r\n",
        "host: davit.test:99999\r\n",
        "host: 1.2.3.999\r\n",
        "host: a.test\r\nhost: b.test\r\n",
    ] {
        let request = format!("GET /nowhere HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        let response = raw::exchange(server.address(), request.as_bytes()).await;
        assert_eq!(response.status, 400, "{host:?}");
    }
}

#[tokio::test]
async fn a_path_that_is_too_long_once_it_is_encoded_is_refused() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let response = raw::get(server.address(), &format!("/{}", "\"".repeat(30_000)), &[]).await;
    assert_eq!((response.status, &*code(&response)), (414, "URI_TOO_LONG"));
}
