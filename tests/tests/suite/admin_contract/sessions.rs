//! Sessions (contract §4, shapes).

use davit_tests::server::{KEY, Start};
use davit_tests::until;
use serde_json::{Value, json};

use super::answer::{Answer, told};
use super::credential::{COOKIE, Credential};
use super::site::{API, Site};

/// A start of a runtime that believes the proxy at this machine.
fn behind_a_proxy(start: Start) -> Start {
    start.env("DAVIT_TRUSTED_PROXIES", "127.0.0.0/8")
}

fn has(cookie: &[String], attribute: &str) -> bool {
    cookie.iter().any(|part| part.eq_ignore_ascii_case(attribute))
}

/// A login whose request says that it came by this scheme.
async fn login_by(site: &Site, scheme: &str) -> Answer {
    let call = site.call("POST", "/admin/session", &Credential::Nothing).header("x-forwarded-proto", scheme);
    told(call.json(&json!({"key": KEY}))).await
}

#[tokio::test]
async fn session_is_opened_with_a_key_and_its_cookie_is_for_this_site_alone() {
    let site = Site::empty().await;
    let answer = site.login(KEY).await;
    let opened = answer.succeeds(200);
    assert_eq!(opened["authenticated"], true);
    assert_eq!(
        (&opened["principal"]["isRoot"], &opened["principal"]["role"]),
        (&json!(true), &json!("admin"))
    );
    let cookie = answer.cookie();
    let value = cookie[0].strip_prefix(&format!("{COOKIE}=")).expect("the contract's cookie");
    assert!(!value.contains(KEY), "it does not hold the key");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=86400"] {
        assert!(has(&cookie, attribute), "{attribute}: {cookie:?}");
    }
    assert!(!has(&cookie, "Secure"), "not on plain HTTP: {cookie:?}");
    let wrong = site.login("wrong").await;
    wrong.refuses(401, "INVALID_KEY");
    assert!(wrong.json()["hint"].as_str().is_some_and(|hint| hint.contains("`key`")), "{wrong:?}");
    assert!(wrong.header("set-cookie").is_none());
}

#[tokio::test]
async fn session_cookie_is_secure_behind_https_of_a_trusted_proxy_alone() {
    let site = Site::started(|_, _| (), behind_a_proxy).await;
    assert!(has(&login_by(&site, "https").await.cookie(), "Secure"));
    assert!(!has(&login_by(&site, "http").await.cookie(), "Secure"));
    let direct = Site::empty().await;
    assert!(!has(&login_by(&direct, "https").await.cookie(), "Secure"), "nobody believes a stranger");
}

#[tokio::test]
async fn session_is_told_with_its_principal_and_ended_with_204() {
    let site = Site::empty().await;
    let key = site.key_of("viewer").await;
    let stranger = site.ask("GET", "/admin/session", &Credential::Nothing).await.succeeds(200);
    assert_eq!(stranger["authenticated"], false);
    let session = site.session(&key.key).await;
    let told_of = site.ask("GET", "/admin/session", &session).await.succeeds(200);
    assert_eq!(told_of["authenticated"], true);
    let principal = &told_of["principal"];
    assert_eq!((&principal["isRoot"], &principal["role"]), (&json!(false), &json!("viewer")));
    let permissions = principal["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("plugins:read")) && !permissions.contains(&json!("plugins:install")));
    site.ask("GET", "/plugins", &session).await.succeeds(200);
    let ended = site.ask("DELETE", "/admin/session", &session).await;
    assert_eq!((ended.status, &*ended.text), (204, ""));
    let cookie = ended.cookie();
    assert_eq!(cookie[0], format!("{COOKIE}="));
    assert!(has(&cookie, "Max-Age=0") && has(&cookie, "Path=/"), "{cookie:?}");
}

#[tokio::test]
async fn session_ends_with_its_key_and_with_nothing_else() {
    let site = Site::empty().await;
    let (kept, revoked) = (site.key_of("admin").await, site.key_of("admin").await);
    let expiring = site.key(&json!({"name": "x", "role": "admin", "expiresIn": 2})).await;
    let (of_kept, of_revoked) = (site.session(&kept.key).await, site.session(&revoked.key).await);
    let of_expiring = site.session(&expiring.key).await;
    site.revoke(revoked.id).await;
    site.ask("GET", "/plugins", &of_revoked).await.refuses(401, "INVALID_KEY");
    let gone = site.ask("GET", "/admin/session", &of_revoked).await.succeeds(200);
    assert_eq!(gone["authenticated"], false);
    until("the end of the session whose key expires", async || {
        (site.ask("GET", "/plugins", &of_expiring).await.status == 401).then_some(())
    })
    .await;
    let root = site.session(KEY).await;
    let site = site.again(|start| start).await;
    site.ask("GET", "/plugins", &of_kept).await.succeeds(200);
    site.ask("GET", "/plugins", &root).await.succeeds(200);
    let site = site.again(|start| start.env("RUNTIME_ROOT_KEY", "another-root-key-0123456789")).await;
    site.ask("GET", "/plugins", &root).await.refuses(401, "INVALID_KEY");
}

#[tokio::test]
async fn session_that_was_tampered_with_is_none() {
    let site = Site::empty().await;
    let Credential::Cookie(token) = site.session(KEY).await else { panic!("a cookie") };
    site.ask("GET", "/plugins", &Credential::Cookie(token.clone())).await.succeeds(200);
    for at in (0..token.len()).step_by(7) {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        let answer = site.ask("GET", "/plugins", &Credential::Cookie(other)).await;
        // Ten wrong ones, and the address has to wait.
        assert!(matches!(answer.status, 401 | 429), "byte {at}: {answer:?}");
    }
    let cut = Credential::Cookie(token[..token.len() - 1].to_owned());
    assert!(matches!(site.ask("GET", "/plugins", &cut).await.status, 401 | 429));
    let elsewhere =
        Site::started(|_, _| (), |start| start.env("RUNTIME_ROOT_KEY", "another-root-key-0123456789")).await;
    elsewhere.ask("GET", "/plugins", &Credential::Cookie(token)).await.refuses(401, "INVALID_KEY");
}

#[tokio::test]
async fn session_calls_take_no_broken_bodies() {
    let site = Site::empty().await;
    for body in ["", "{", "{\"key\": "] {
        let call = site.call("POST", "/admin/session", &Credential::Nothing);
        told(call.header("content-type", "application/json").body(body)).await.refuses(400, "INVALID_JSON");
    }
    for body in [json!({}), json!({"key": 1}), json!({"key": null}), json!([KEY]), Value::Null] {
        let call = site.call("POST", "/admin/session", &Credential::Nothing).json(&body);
        told(call).await.refuses(400, "INVALID_REQUEST");
    }
    let call = site.call("POST", "/admin/session", &Credential::Nothing);
    let said = told(call.json(&json!({"key": KEY, "maxAge": 60}))).await.refuses(400, "INVALID_REQUEST");
    assert!(said.contains("{\"key\": \"KEY\"}"), "it names the one field there is: {said}");
}

/// Fault 13.
#[tokio::test]
async fn fault_13_a_session_needs_the_origin_like_any_other_credential() {
    let site = Site::empty().await;
    let session = site.session(KEY).await;
    for (origin, status) in [(None, 403), (Some("http://evil.test"), 403), (Some(&*site.server.url("")), 200)]
    {
        let call = site.server.request(reqwest::Method::POST, &format!("{API}/plugins/reload"));
        let call = origin.into_iter().fold(session.put(call), |call, origin| call.header("origin", origin));
        assert_eq!(told(call).await.status, status, "{origin:?}");
    }
}
