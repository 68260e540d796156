//! Whose word counts on where a request comes from.

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};
use reqwest::Client;
use serde_json::json;

use super::limiter::{at, held_up, list, url};

/// A server that trusts the proxy at 127.0.0.2.
async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let start = Start::runtime([plugins.path()]).env("DAVIT_TRUSTED_PROXIES", "127.0.0.2, fd00::/8");
    (start.start().await, plugins)
}

async fn wrong(server: &Server, client: &Client, forwarded: &str) -> reqwest::Response {
    list(server, client, &[("x-api-key", "wrong"), ("x-forwarded-for", forwarded)]).await
}

#[tokio::test]
async fn wrong_keys_count_for_the_client_whom_a_trusted_proxy_names() {
    let (server, _plugins) = start().await;
    let (proxy, liar) = (at(2), at(3));
    for n in 0..10 {
        let chain = format!("192.0.2.{n}, 198.51.100.1");
        assert_eq!(wrong(&server, &proxy, &chain).await.status(), 401);
        assert_eq!(wrong(&server, &liar, &format!("198.51.100.{n}")).await.status(), 401);
    }
    held_up("a client", async || wrong(&server, &proxy, "198.51.100.1").await).await;
    assert_eq!(wrong(&server, &proxy, "198.51.100.2").await.status(), 401, "another client");
    held_up("a liar", async || wrong(&server, &liar, "198.51.100.99").await).await;
    let plain = list(&server, &proxy, &[("x-api-key", "wrong")]).await;
    assert_eq!(plain.status(), 401, "the proxy itself");
}

#[tokio::test]
async fn a_session_is_secure_only_if_a_trusted_proxy_tells_of_https() {
    let (server, _plugins) = start().await;
    let table = [(2, "https", true), (2, "http", false), (2, "https, http", false), (3, "https", false)];
    for (address, proto, secure) in table {
        let login = at(address).post(url(&server, "/_/api/admin/session")).header("x-forwarded-proto", proto);
        let login = login.header("origin", url(&server, "")).json(&json!({ "key": KEY }));
        let answer = login.send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert_eq!(cookie.ends_with("; Secure"), secure, "{address} {proto}: {cookie}");
    }
}

#[tokio::test]
async fn what_is_no_network_is_refused_at_once() {
    let plugins = Plugins::new();
    let start = Start::runtime([plugins.path()]).env("DAVIT_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example");
    let (code, printed) = start.ended().await;
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("`proxy.example` is no network"), "{printed}");
}
