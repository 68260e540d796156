//! Every call that changes something.

use davit_tests::server::{KEY, form};
use reqwest::RequestBuilder;
use serde_json::json;

use super::callers::LEAST;
use crate::admin_contract::archives::Package;
use crate::admin_contract::site::Site;

/// One call.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// What it needs; none for those that are open to everybody.
    pub(super) permission: Option<&'static str>,
    /// The status of its success.
    pub(super) done: u16,
}

const fn call(method: &'static str, path: &'static str, permission: Option<&'static str>, done: u16) -> Call {
    Call { method, path, permission, done }
}

/// All of them.
pub(super) const CALLS: [Call; 9] = [
    call("POST", "/plugins/reload", Some("plugins:install"), 200),
    call("POST", "/plugins/upload", Some("plugins:install"), 200),
    call("POST", "/plugins/one/disable", Some("plugins:config"), 200),
    call("POST", "/plugins/one/enable", Some("plugins:config"), 200),
    call("DELETE", "/plugins/sent", Some("plugins:remove"), 200),
    call("POST", "/keys", Some("keys:create"), 201),
    call("DELETE", "/keys/{id}", Some("keys:revoke"), 200),
    call("POST", "/admin/session", None, 200),
    call("DELETE", "/admin/session", None, 204),
];

fn sent() -> Package {
    Package::page("sent", "1.0.0")
}

impl Call {
    /// Sees to it that the call would have something to do, and tells its path.
    pub(super) async fn prepare(&self, site: &Site) -> String {
        match (self.method, self.path) {
            ("DELETE", "/plugins/sent") if !site.own.path().join("sent").exists() => {
                site.install(&sent()).await;
            }
            ("DELETE", "/keys/{id}") => {
                let key = site.key_for(&[LEAST]).await;
                return format!("/keys/{}", key.id);
            }
            _ => {}
        }
        self.path.to_owned()
    }

    /// The request with its body.
    pub(super) fn fill(&self, request: RequestBuilder) -> RequestBuilder {
        match (self.method, self.path) {
            ("POST", "/plugins/upload") => {
                let (media_type, body) = form("file", "sent.tgz", &sent().tgz(""));
                request.header("content-type", media_type).body(body)
            }
            ("POST", "/keys") => request.json(&json!({"name": "made", "role": "viewer"})),
            ("POST", "/admin/session") => request.json(&json!({"key": KEY})),
            _ => request,
        }
    }
}
