//! Kinds of callers.

use davit_tests::server::KEY;
use davit_tests::until;
use serde_json::json;

use crate::admin_contract::credential::{Credential, Key};
use crate::admin_contract::site::Site;

const ALL: &[&str] = &["plugins:", "keys:", "workers:"];
const EDITOR: &[&str] = &["plugins:", "workers:read"];
const VIEWER: &[&str] = &["plugins:read", "keys:read", "workers:read"];
const CUSTOM: &[&str] = &["plugins:config", "keys:revoke"];
/// Of keys that a custom key may revoke: nobody revokes one that may more than he.
pub(super) const LEAST: &str = "plugins:config";

/// What is known of somebody.
pub(super) enum Standing {
    /// He shows nothing.
    Stranger,
    /// He shows what is no key, or none any more.
    Wrong,
    /// His key is live; he may do what begins with these.
    May(&'static [&'static str]),
}

/// Somebody who calls.
pub(super) struct Caller {
    pub(super) name: &'static str,
    pub(super) shows: Credential,
    pub(super) standing: Standing,
}

fn caller(name: &'static str, shows: Credential, standing: Standing) -> Caller {
    Caller { name, shows, standing }
}

/// A key that has lived its time.
async fn expired(site: &Site) -> Key {
    let key = site.key(&json!({"name": "expired", "role": "admin", "expiresIn": 1})).await;
    until("the key's end", async || {
        let answer = site.ask("GET", "/plugins", &key.api_key()).await;
        (answer.status != 200).then_some(())
    })
    .await;
    key
}

impl Caller {
    /// Every kind there is.
    pub(super) async fn all(site: &Site) -> Vec<Self> {
        let [admin, editor] = [site.key_of("admin").await, site.key_of("editor").await];
        let (viewer, custom) = (site.key_of("viewer").await, site.key_for(CUSTOM).await);
        let (revoked, expired) = (site.key_of("admin").await, expired(site).await);
        let of_revoked = site.session(&revoked.key).await;
        site.revoke(revoked.id).await;
        let (key, wrong) = (|| KEY.to_owned(), || "wrong".to_owned());
        vec![
            caller("none", Credential::Nothing, Standing::Stranger),
            caller("wrong X-API-Key", Credential::ApiKey(wrong()), Standing::Wrong),
            caller("wrong Bearer", Credential::Bearer(wrong()), Standing::Wrong),
            caller("wrong cookie", Credential::Cookie(wrong()), Standing::Wrong),
            caller("root X-API-Key", Credential::ApiKey(key()), Standing::May(ALL)),
            caller("root Bearer", Credential::Bearer(key()), Standing::May(ALL)),
            caller("root key as cookie", Credential::Cookie(key()), Standing::May(ALL)),
            caller("root session", site.session(KEY).await, Standing::May(ALL)),
            caller("admin", admin.api_key(), Standing::May(ALL)),
            caller("admin session", site.session(&admin.key).await, Standing::May(ALL)),
            caller("editor", editor.api_key(), Standing::May(EDITOR)),
            caller("editor session", site.session(&editor.key).await, Standing::May(EDITOR)),
            caller("viewer", viewer.api_key(), Standing::May(VIEWER)),
            caller("viewer session", site.session(&viewer.key).await, Standing::May(VIEWER)),
            caller("custom", custom.api_key(), Standing::May(CUSTOM)),
            caller("expired", expired.api_key(), Standing::Wrong),
            caller("revoked", revoked.api_key(), Standing::Wrong),
            caller("revoked session", of_revoked, Standing::Wrong),
        ]
    }

    /// Those whose failures no limit counts: at a laptop all have one address.
    pub(super) async fn at_a_laptop(site: &Site) -> Vec<Self> {
        vec![
            caller("none", Credential::Nothing, Standing::Stranger),
            caller("root X-API-Key", Credential::root(), Standing::May(ALL)),
            caller("root session", site.session(KEY).await, Standing::May(ALL)),
            caller("viewer", site.key_of("viewer").await.api_key(), Standing::May(VIEWER)),
        ]
    }
}
