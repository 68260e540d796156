//! Keys that tests make.

use davit_tests::Server;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A key that a server has made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) id: u64,
    pub(super) key: String,
}

/// Makes a key with the root key.
pub(super) async fn make(server: &Server, body: Value) -> Made {
    let answer = server.post("/_/api/keys").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201, "{body}");
    let answer: Value = answer.json().await.unwrap();
    Made {
        id: answer["data"]["id"].as_u64().unwrap(),
        key: answer["data"]["key"].as_str().unwrap().to_owned(),
    }
}

/// Revokes a key with the root key.
pub(super) async fn revoke(server: &Server, id: u64) -> u16 {
    let path = format!("/_/api/keys/{id}");
    with(server, Method::DELETE, &path, davit_tests::server::KEY).send().await.unwrap().status().as_u16()
}

/// A call with a key and this server's Origin.
pub(super) fn with(server: &Server, method: Method, path: &str, key: &str) -> RequestBuilder {
    server.request(method, path).header("x-api-key", key).header("origin", server.url(""))
}

/// The status of a GET with a key.
pub(super) async fn get(server: &Server, path: &str, key: &str) -> u16 {
    with(server, Method::GET, path, key).send().await.unwrap().status().as_u16()
}
