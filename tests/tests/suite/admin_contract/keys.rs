//! Keys (contract §4 and its shapes).

use std::collections::BTreeSet;

use davit_tests::server::KEY;
use davit_tests::until;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::told;
use super::credential::Credential;
use super::site::Site;

async fn listed(site: &Site) -> Vec<Value> {
    let answer = site.ask("GET", "/keys", &Credential::root()).await.succeeds(200);
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["keys"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn keys_are_made_with_201_and_shown_once() {
    let site = Site::empty().await;
    let wish = json!({"name": "ci", "role": "editor", "expiresIn": "30d", "description": "of the pipeline"});
    let answer = site.wish(&wish, &Credential::root()).await;
    let made = answer.succeeds(201);
    let data = made["data"].as_object().unwrap();
    let fields: Vec<_> = data.keys().map(String::as_str).collect();
    assert_eq!((&made["success"], &*fields), (&json!(true), &["id", "key", "keyPrefix", "name", "role"][..]));
    assert!(data["id"].is_u64() && data["name"] == "ci" && data["role"] == "editor", "{made}");
    let key = data["key"].as_str().unwrap();
    let random = key.strip_prefix("btk_").expect("keys begin with btk_");
    assert!(
        random.len() == 43 && random.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
        "{key}"
    );
    assert_eq!(data["keyPrefix"], key[..12]);
    let all = site.ask("GET", "/keys", &Credential::root()).await;
    assert!(!all.text.contains(random), "it is never shown again: {}", all.text);
    assert!(!site.server.logs().text().contains(random), "nor logged");
    let other = site.key(&wish).await;
    assert_ne!(other.key, key);
}

#[tokio::test]
async fn keys_are_listed_with_everything_but_their_secret() {
    let site = Site::empty().await;
    assert_eq!(listed(&site).await, [Value::Null; 0], "the root key is no entry");
    let before = Timestamp::now().as_second();
    let made = site
        .key(&json!({"name": "ci", "role": "editor", "expiresIn": "30d", "description": "of the pipeline"}))
        .await;
    site.key(&json!({"name": "own", "role": "custom", "permissions": ["plugins:read"]})).await;
    let all = listed(&site).await;
    let fields: BTreeSet<_> = all[0].as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "createdAt",
        "description",
        "expiresAt",
        "id",
        "keyPrefix",
        "lastUsedAt",
        "name",
        "permissions",
        "role",
    ];
    assert_eq!(fields, BTreeSet::from(known));
    let (created, expires) = (all[0]["createdAt"].as_i64().unwrap(), all[0]["expiresAt"].as_i64().unwrap());
    assert!((before..=Timestamp::now().as_second()).contains(&created), "whole seconds: {}", all[0]);
    assert_eq!(expires - created, 30 * 24 * 60 * 60);
    assert_eq!(
        (&all[0]["id"], &all[0]["name"], &all[0]["role"]),
        (&json!(made.id), &json!("ci"), &json!("editor"))
    );
    assert_eq!(all[0]["description"], "of the pipeline");
    assert_eq!(all[0]["keyPrefix"], made.key[..12]);
    assert_eq!(all[0]["lastUsedAt"], Value::Null);
    assert_eq!((&all[1]["permissions"], &all[1]["expiresAt"]), (&json!(["plugins:read"]), &Value::Null));
    site.ask("GET", "/plugins", &made.api_key()).await.succeeds(200);
    until("the key's last use", async || listed(&site).await[0]["lastUsedAt"].as_i64()).await;
}

#[tokio::test]
async fn keys_meta_names_roles_and_permissions() {
    let site = Site::empty().await;
    let meta = site.ask("GET", "/keys/meta", &Credential::root()).await.succeeds(200);
    assert_eq!(meta["roles"], json!(["admin", "editor", "viewer", "custom"]));
    let permissions = meta["permissions"].as_array().unwrap();
    for known in [
        "plugins:read",
        "plugins:install",
        "plugins:remove",
        "plugins:config",
        "keys:read",
        "keys:create",
        "keys:revoke",
        "workers:read",
    ] {
        assert!(permissions.contains(&json!(known)), "{known} is not in {permissions:?}");
    }
}

#[tokio::test]
async fn keys_are_revoked_once_and_only_by_number() {
    let site = Site::empty().await;
    let root = Credential::root();
    let (kept, key) = (site.key_of("viewer").await, site.key_of("viewer").await);
    site.ask("GET", "/plugins", &key.api_key()).await.succeeds(200);
    let path = format!("/keys/{}", key.id);
    assert_eq!(site.ask("DELETE", &path, &root).await.status, 200);
    site.ask("GET", "/plugins", &key.api_key()).await.refuses(401, "INVALID_KEY");
    assert_eq!(site.ask("DELETE", &path, &root).await.status, 404);
    assert_eq!(site.ask("DELETE", "/keys/4711", &root).await.status, 404);
    for wrong in ["abc", "1x", "-1", "1.0", "%20", "%ff", "99999999999999999999999"] {
        site.ask("DELETE", &format!("/keys/{wrong}"), &root).await.refuses(400, "INVALID_KEY_ID");
    }
    site.ask("GET", "/plugins", &kept.api_key()).await.succeeds(200);
    let later = site.key_of("viewer").await;
    assert!(later.id > key.id, "numbers are not used again");
}

#[tokio::test]
async fn keys_outlive_a_restart_and_only_their_hashes_lie_on_the_disk() {
    let site = Site::empty().await;
    let (kept, revoked) = (site.key_of("viewer").await, site.key_of("viewer").await);
    site.revoke(revoked.id).await;
    let file = site.own.path().join(".davit/keys.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&kept.key[12..]), "{text}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let site = site.again(|start| start).await;
    site.ask("GET", "/plugins", &kept.api_key()).await.succeeds(200);
    site.ask("GET", "/plugins", &revoked.api_key()).await.refuses(401, "INVALID_KEY");
    assert_eq!(listed(&site).await.len(), 1);
    assert!(site.key_of("viewer").await.id > revoked.id, "also after a restart");
}

#[tokio::test]
async fn keys_expire_while_the_runtime_runs() {
    let site = Site::empty().await;
    let key = site.key(&json!({"name": "short", "role": "admin", "expiresIn": 1})).await;
    until("the key's end", async || {
        let answer = site.ask("GET", "/plugins", &key.api_key()).await;
        (answer.status != 200).then(|| answer.refuses(401, "INVALID_KEY"))
    })
    .await;
}

#[tokio::test]
async fn keys_with_broken_or_wrong_wishes_are_refused_with_400() {
    let site = Site::empty().await;
    for broken in ["", "{", "{\"name\":", "nope", "{\"name\":\"x\",}"] {
        let call = site.call("POST", "/keys", &Credential::root()).header("content-type", "application/json");
        told(call.body(broken)).await.refuses(400, "INVALID_JSON");
    }
    for wrong in [
        json!([]),
        json!(["x", "viewer", null, null, null]),
        json!({}),
        json!({"name": "x"}),
        json!({"role": "admin"}),
        json!({"name": 1, "role": "admin"}),
        json!({"name": "", "role": "admin"}),
        json!({"name": "x".repeat(101), "role": "admin"}),
        json!({"name": "x", "role": "owner"}),
        json!({"name": "x", "role": "custom", "permissions": ["plugins:everything"]}),
        json!({"name": "x", "role": "admin", "expiresIn": "soon"}),
        json!({"name": "x", "role": "admin", "expiresIn": 0}),
        json!({"name": "x", "role": "admin", "expiresIn": -1}),
        json!({"name": "x", "role": "admin", "expiresIn": "11000d"}),
        json!({"name": "x", "role": "admin", "description": "x".repeat(1001)}),
    ] {
        let answer = site.wish(&wrong, &Credential::root()).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        assert!(answer.code().is_some());
    }
    assert_eq!(listed(&site).await.len(), 0);
}

#[tokio::test]
async fn keys_with_fields_that_there_are_not_are_refused_and_told_those_there_are() {
    let site = Site::empty().await;
    for (field, value) in
        [("expiresAt", json!(1_900_000_000)), ("expires_in", json!("30d")), ("scopes", json!([]))]
    {
        let mut wish = json!({"name": "x", "role": "viewer"});
        wish[field] = value;
        let said = site.wish(&wish, &Credential::root()).await.refuses(400, "INVALID_REQUEST");
        let only = "`name`, `role`, `permissions`, `expiresIn`, `description`";
        assert!(said.starts_with(&format!("the body takes no field `{field}`, only {only};")), "{said}");
    }
    let said = site.wish(&json!({"name": "x"}), &Credential::root()).await.refuses(400, "INVALID_REQUEST");
    assert!(said.starts_with("the body lacks the field `role`;"), "{said}");
    assert_eq!(listed(&site).await.len(), 0);
}

/// Fault 3.
#[tokio::test]
async fn fault_3_nobody_makes_a_key_that_may_more_than_he() {
    let site = Site::empty().await;
    let minter = site.key_for(&["keys:create", "keys:revoke", "keys:read", "plugins:read"]).await;
    let by = minter.api_key();
    for (wish, lacks) in [
        (json!({"name": "x", "role": "admin"}), ""),
        (json!({"name": "x", "role": "editor"}), ""),
        (json!({"name": "x", "role": "viewer"}), "workers:read"),
        (
            json!({"name": "x", "role": "custom", "permissions": ["plugins:read", "plugins:install"]}),
            "plugins:install",
        ),
    ] {
        let said = site.wish(&wish, &by).await.refuses(403, "PERMISSION_DENIED");
        assert!(said.contains(lacks), "{wish}: {said}");
    }
    let same = json!({"name": "x", "role": "custom", "permissions": ["plugins:read", "keys:read"]});
    site.wish(&same, &by).await.succeeds(201);
    for role in ["editor", "viewer"] {
        let lesser = site.key_of(role).await;
        let wish = json!({"name": "x", "role": "viewer"});
        let said = site.wish(&wish, &lesser.api_key()).await.refuses(403, "PERMISSION_DENIED");
        assert!(said.contains("keys:create"), "{said}");
    }
    let admin = site.key_of("admin").await;
    let path = format!("/keys/{}", admin.id);
    site.ask("DELETE", &path, &by).await.refuses(403, "PERMISSION_DENIED");
    site.ask("GET", "/plugins", &admin.api_key()).await.succeeds(200);
}

/// Fault 3.
#[tokio::test]
async fn fault_3_revoking_the_last_key_opens_nothing() {
    let site = Site::empty().await;
    let admin = site.key_of("admin").await;
    // Without a root key, that key is the only one there is.
    let site = site.again(|start| start.without("RUNTIME_ROOT_KEY")).await;
    site.ask("GET", "/plugins", &Credential::ApiKey(KEY.to_owned())).await.refuses(401, "INVALID_KEY");
    assert_eq!(site.ask("DELETE", &format!("/keys/{}", admin.id), &admin.api_key()).await.status, 200);
    for by in [Credential::Nothing, admin.api_key(), Credential::ApiKey(String::new()), Credential::root()] {
        for (method, path) in [("GET", "/plugins"), ("POST", "/keys")] {
            assert_eq!(site.ask(method, path, &by).await.status, 401, "{method} {path} with {by:?}");
        }
    }
    let site = site.again(|start| start.without("RUNTIME_ROOT_KEY")).await;
    site.ask("GET", "/plugins", &Credential::Nothing).await.refuses(401, "AUTH_REQUIRED");
    let site = site.again(|start| start).await;
    site.ask("GET", "/plugins", &Credential::root()).await.succeeds(200);
}
