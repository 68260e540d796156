//! Who may use the admin API.

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let start = Start::runtime([plugins.path()]);
    (start.env("DAVIT_TRUSTED_PROXIES", "127.0.0.1").start().await, plugins)
}

/// POST of a reload with `host` and these headers.
async fn reload(server: &Server, host: &str, headers: &[(&str, &str)]) -> RawResponse {
    let headers = [&[("host", host)], headers].concat();
    raw::ask(server.address(), "POST /_/api/plugins/reload", &headers).await
}

#[tokio::test]
async fn nothing_but_health_answers_without_a_live_key() {
    let (server, _plugins) = start().await;
    let bearer = format!("Bearer {KEY}");
    let paths = ["/_/api/plugins", "/_/api/plugins/loaded", "/api/plugins", "/_/api/nothing", "/_/", "/api"];
    for (number, path) in paths.into_iter().enumerate() {
        // Wrong keys from one address are limited.
        let from = format!("192.0.2.{number}");
        let none = raw::get(server.address(), path, &[]).await;
        assert_eq!(none.status, 401, "{path}");
        assert_eq!(none.header("www-authenticate"), Some("Bearer"));
        assert!(none.text().contains("\"code\":\"AUTH_REQUIRED\""), "{path}: {}", none.text());
        for wrong in
            [("x-api-key", "wrong"), ("authorization", "Bearer wrong"), ("cookie", "buntime_api_key=wrong")]
        {
            let wrong = raw::get(server.address(), path, &[wrong, ("x-forwarded-for", &from)]).await;
            assert_eq!(wrong.status, 401, "{path}");
            assert!(wrong.text().contains("\"code\":\"INVALID_KEY\""), "{path}: {}", wrong.text());
        }
    }
    let cookie = format!("a=1; buntime_api_key={KEY}; b=2");
    for right in [("x-api-key", KEY), ("authorization", &*bearer), ("cookie", &*cookie)] {
        assert_eq!(raw::get(server.address(), "/_/api/plugins", &[right]).await.status, 200, "{right:?}");
    }
}

#[tokio::test]
async fn a_wrong_method_without_a_key_does_not_tell_which_calls_there_are() {
    let (server, _plugins) = start().await;
    let answers = [
        "POST /_/api/plugins",
        "DELETE /api/plugins/loaded",
        "GET /_/api/plugins/reload",
        "POST /_/api/none",
    ];
    for call in answers {
        let refused = raw::ask(server.address(), call, &[]).await;
        assert_eq!((refused.status, refused.header("allow")), (401, None), "{call}");
        let right =
            raw::ask(server.address(), call, &[("x-api-key", KEY), ("origin", "http://davit.test")]).await;
        assert_eq!(right.status, if call.ends_with("none") { 404 } else { 405 }, "{call}");
    }
    assert_eq!(raw::get(server.address(), "/.well-known/none", &[]).await.status, 404, "open to everybody");
    assert_eq!(raw::get(server.address(), "/.well-known", &[]).await.status, 404, "open to everybody");
}

#[tokio::test]
async fn an_origin_counts_also_if_connection_names_it() {
    let (server, _plugins) = start().await;
    for (origin, expected) in [("http://davit.test", 200), ("http://evil.test", 403)] {
        let headers = [("x-api-key", KEY), ("connection", "origin, x-api-key"), ("origin", origin)];
        assert_eq!(reload(&server, "davit.test", &headers).await.status, expected, "{origin}");
    }
}

#[tokio::test]
async fn a_change_needs_an_origin_of_this_host_whatever_the_credential() {
    let (server, _plugins) = start().await;
    let bearer = format!("Bearer {KEY}");
    let cookie = format!("buntime_api_key={KEY}");
    let foreign = [
        "http://evil.test",
        "https://davit.test.evil.test",
        "http://davit.test:8001",
        "https://davit.test:8000",
        "http://user@davit.test",
        "http://davit.test/path",
        "null",
        "file://",
        "file://davit.test",
        "davit.test",
        "",
        "http://davit.test, http://evil.test",
        "http://",
        "chrome-extension://davit.test",
    ];
    for credential in [("x-api-key", KEY), ("authorization", &*bearer), ("cookie", &*cookie)] {
        let without = reload(&server, "davit.test", &[credential]).await;
        assert_eq!(without.status, 403, "{credential:?} without an Origin");
        let says = "needs an Origin header with this host: add -H 'Origin: http://davit.test'";
        assert!(without.text().contains(says), "it says what to send: {}", without.text());
        for origin in foreign {
            let refused = reload(&server, "davit.test", &[credential, ("origin", origin)]).await;
            assert_eq!(refused.status, 403, "{credential:?} with {origin:?}");
            let says = "is not of this host alone: send -H 'Origin: http://davit.test'";
            assert!(refused.text().contains(says), "{}", refused.text());
        }
        let twice = [credential, ("origin", "http://davit.test"), ("origin", "http://evil.test")];
        assert_eq!(reload(&server, "davit.test", &twice).await.status, 403);
    }
}

#[tokio::test]
async fn a_change_passes_with_a_key_and_an_origin_of_this_host() {
    let (server, _plugins) = start().await;
    let table = [
        ("davit.test", "http://davit.test"),
        ("davit.test", "https://davit.test"),
        ("davit.test:8000", "http://davit.test:8000"),
        ("Davit.Test", "http://davit.test"),
        ("[::1]:8000", "http://[::1]:8000"),
    ];
    for (host, origin) in table {
        let passed = reload(&server, host, &[("x-api-key", KEY), ("origin", origin)]).await;
        assert_eq!(passed.status, 200, "{origin} at {host}: {}", passed.text());
    }
}

#[tokio::test]
async fn a_change_needs_a_key_even_with_the_right_origin() {
    let (server, _plugins) = start().await;
    let pid = server.text("/healthy").await;
    for credential in [("x-other", "x"), ("x-api-key", "wrong")] {
        assert_eq!(
            reload(&server, "davit.test", &[credential, ("origin", "http://davit.test")]).await.status,
            401
        );
    }
    assert_eq!(reload(&server, "localhost", &[]).await.status, 401, "the loopback rule is davit dev's alone");
    assert_eq!(server.text("/healthy").await, pid, "nothing was reloaded");
}
