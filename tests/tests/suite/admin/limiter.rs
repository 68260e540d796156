//! Wrong keys: each address has ten, then one every six seconds.

use std::net::{IpAddr, Ipv4Addr};

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, client, until};
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// A client at another address of this machine.
pub(super) fn at(last: u8) -> Client {
    let address = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
    client::builder().local_address(address).build().unwrap()
}

/// The server's address, which its clients reach from every address of theirs.
pub(super) fn url(server: &Server, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", server.address().port())
}

pub(super) async fn list(server: &Server, client: &Client, headers: &[(&str, &str)]) -> Response {
    let request = client.get(url(server, "/_/api/plugins"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

/// Asks with a wrong key until that is held up: on a slow machine the address may have
/// gained another attempt meanwhile.
pub(super) async fn held_up(what: &str, ask: impl AsyncFn() -> Response) {
    let answer = until(&format!("{what} to be held up"), async || {
        let answer = ask().await;
        (answer.status() == 429).then_some(answer)
    })
    .await;
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=6).contains(&seconds), "{what}: {seconds}");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "RATE_LIMITED", "{what}");
}

#[tokio::test]
async fn the_eleventh_wrong_key_is_held_up_wherever_it_is_sent_and_a_right_one_never() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::runtime([plugins.path()]).start().await;
    let (one, other) = (at(1), at(2));
    let ways: [&[(&str, &str)]; 3] = [
        &[("x-api-key", "wrong")],
        &[("authorization", "Bearer wrong")],
        &[("cookie", "buntime_api_key=wrong")],
    ];
    let get = async |path: &str, key: &str| {
        one.get(url(&server, path)).header("x-api-key", key).send().await.unwrap()
    };
    let login = async |key: &str| {
        let login = one.post(url(&server, "/_/api/admin/session")).header("origin", url(&server, ""));
        login.json(&json!({ "key": key })).send().await.unwrap()
    };
    for n in 0..6 {
        assert_eq!(list(&server, &one, ways[n % 3]).await.status(), 401);
    }
    for _ in 0..2 {
        assert_eq!(get("/healthy", "wrong").await.status(), 401);
        assert_eq!(login("wrong").await.status(), 401);
    }
    for way in ways {
        held_up("a wrong key", async || list(&server, &one, way).await).await;
    }
    held_up("a wrong key for a plugin", async || get("/healthy", "wrong").await).await;
    held_up("a wrong key for a session", async || login("wrong").await).await;
    held_up("a wrong key for health", async || get("/_/api/health", "wrong").await).await;
    assert_eq!(list(&server, &one, &[]).await.status(), 401, "no key is no wrong key");
    assert_eq!(list(&server, &one, &[("x-api-key", KEY)]).await.status(), 200);
    assert_eq!(get("/healthy", KEY).await.status(), 200);
    assert_eq!(login(KEY).await.status(), 200);
    assert_eq!(list(&server, &other, ways[0]).await.status(), 401, "another address");
}
