//! Who calls, and how he shows it.

use davit_tests::server::KEY;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::answer::{Answer, told};
use super::site::Site;

/// The cookie of a session; it may hold a key as well.
pub(super) const COOKIE: &str = "buntime_api_key";

/// What a request shows.
#[derive(Debug, Clone)]
pub(super) enum Credential {
    Nothing,
    ApiKey(String),
    Bearer(String),
    Cookie(String),
}

impl Credential {
    /// The root key.
    pub(super) fn root() -> Self {
        Self::ApiKey(KEY.to_owned())
    }

    /// Puts it into a request.
    pub(super) fn put(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Nothing => request,
            Self::ApiKey(key) => request.header("x-api-key", key),
            Self::Bearer(key) => request.header("authorization", format!("Bearer {key}")),
            Self::Cookie(value) => request.header("cookie", format!("a=1; {COOKIE}={value}; b=2")),
        }
    }
}

/// A key as the API made it.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: u64,
    pub(super) key: String,
}

impl Key {
    /// As `X-API-Key`.
    pub(super) fn api_key(&self) -> Credential {
        Credential::ApiKey(self.key.clone())
    }
}

impl Site {
    /// The answer to a wish for a key.
    pub(super) async fn wish(&self, wish: &Value, by: &Credential) -> Answer {
        told(self.call("POST", "/keys", by).json(wish)).await
    }

    /// Makes a key as this asks for it.
    pub(super) async fn key(&self, wish: &Value) -> Key {
        let made = self.wish(wish, &Credential::root()).await.succeeds(201);
        let key = &made["data"];
        Key { id: key["id"].as_u64().expect("an id"), key: key["key"].as_str().expect("a key").to_owned() }
    }

    /// Makes a key of a role.
    pub(super) async fn key_of(&self, role: &str) -> Key {
        self.key(&json!({"name": role, "role": role})).await
    }

    /// Makes a key that may do just this.
    pub(super) async fn key_for(&self, permissions: &[&str]) -> Key {
        self.key(&json!({"name": "custom", "role": "custom", "permissions": permissions})).await
    }

    /// Revokes a key.
    pub(super) async fn revoke(&self, id: u64) {
        let answer = self.ask("DELETE", &format!("/keys/{id}"), &Credential::root()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The answer to a login.
    pub(super) async fn login(&self, key: &str) -> Answer {
        told(self.call("POST", "/admin/session", &Credential::Nothing).json(&json!({"key": key}))).await
    }

    /// A session of a key's holder.
    pub(super) async fn session(&self, key: &str) -> Credential {
        let answer = self.login(key).await;
        answer.succeeds(200);
        let cookie = answer.cookie();
        let value = cookie[0].strip_prefix(&format!("{COOKIE}=")).expect("the session's cookie");
        Credential::Cookie(value.to_owned())
    }
}
