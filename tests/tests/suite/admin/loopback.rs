//! `davit dev` lets somebody at this machine use the admin API without a key.

use davit_tests::raw;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};
use serde_json::{Value, json};

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::dev(plugins.path()).start().await;
    server.plugin_when("healthy", |plugin| plugin["state"] == "ready").await;
    (server, plugins)
}

/// The status of a reload without a key.
async fn reload(server: &Server, path: &str, host: &str, header: Option<(&str, &str)>) -> u16 {
    let headers: Vec<_> = [("host", host)].into_iter().chain(header).collect();
    raw::ask(server.address(), &format!("POST {path}"), &headers).await.status
}

#[tokio::test]
async fn somebody_at_this_machine_needs_no_key() {
    let (server, _plugins) = start().await;
    let pid = server.text("/healthy").await;
    let port = server.address().port();
    for host in [
        "localhost".to_owned(),
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
    ] {
        for path in ["/api/plugins/reload", "/_/api/plugins/reload"] {
            assert_eq!(reload(&server, path, &host, None).await, 200, "{path} at {host}");
        }
    }
    assert_ne!(server.text("/healthy").await, pid);
}

#[tokio::test]
async fn what_a_browser_or_a_proxy_could_send_needs_a_key() {
    let (server, _plugins) = start().await;
    let tells_of_others = [
        ("origin", "http://localhost"),
        ("origin", "null"),
        ("cookie", "a=1"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "http"),
        ("x-real-ip", "192.0.2.1"),
        ("via", "1.1 proxy"),
    ];
    for header in tells_of_others {
        let status = reload(&server, "/api/plugins/reload", "localhost", Some(header)).await;
        assert_eq!(status, 401, "{header:?}");
    }
    for host in ["davit.test", "localhost.evil.test", "127.0.0.1.evil.test", "192.0.2.1", "0.0.0.0"] {
        assert_eq!(reload(&server, "/api/plugins/reload", host, None).await, 401, "{host}");
    }
    let wrong = reload(&server, "/api/plugins/reload", "localhost", Some(("x-api-key", "wrong"))).await;
    assert_eq!(wrong, 401, "a wrong key is wrong, also here");
}

#[tokio::test]
async fn a_call_with_an_origin_is_told_that_it_needs_a_key_here_too() {
    let (server, _plugins) = start().await;
    for (header, says) in [
        (("origin", "http://localhost"), "a call with an Origin needs a key here too"),
        (("cookie", "a=1"), "send a key"),
    ] {
        let headers = [("host", "localhost"), header];
        let refused = raw::ask(server.address(), "POST /api/plugins/reload", &headers).await;
        let body: Value = serde_json::from_slice(&refused.body).unwrap();
        assert_eq!((&body["error"], &body["code"]), (&json!("Unauthorized"), &json!("AUTH_REQUIRED")));
        assert!(body["hint"].as_str().unwrap().starts_with(says), "{header:?}: {body}");
    }
}

#[tokio::test]
async fn a_header_that_connection_names_counts_like_any_other() {
    let (server, _plugins) = start().await;
    let table: [(&[(&str, &str)], u16); 6] = [
        (&[("connection", "close")], 200),
        (&[("connection", "close, keep-alive")], 200),
        (&[("connection", "x-forwarded-for, close"), ("x-forwarded-for", "192.0.2.1")], 401),
        (&[("connection", "close"), ("connection", "Origin"), ("origin", "http://evil.test")], 401),
        (&[("connection", "close, sec-fetch-site"), ("sec-fetch-site", "cross-site")], 401),
        (&[("connection", "close, x-forwarded-for")], 401),
    ];
    for (headers, expected) in table {
        for call in ["GET /api/plugins", "POST /api/plugins/reload"] {
            let head =
                raw::head(call, &[&[("host", "localhost"), ("connection", "close")], headers].concat());
            let status = raw::exchange(server.address(), &head).await.status;
            assert_eq!(status, expected, "{call} with {headers:?}");
        }
    }
}

#[tokio::test]
async fn the_rule_is_for_the_admin_api_alone() {
    let (server, _plugins) = start().await;
    let closed = server.request(reqwest::Method::GET, "/healthy").send().await.unwrap();
    assert_eq!(closed.status(), 401, "a closed plugin route needs the key");
}

#[tokio::test]
async fn the_key_that_was_given_is_the_key() {
    let (server, _plugins) = start().await;
    assert!(server.logs().text().contains(KEY), "it is printed");
    let with_origin = server.post("/api/plugins/reload").send().await.unwrap();
    assert_eq!(with_origin.status(), 200);
}
