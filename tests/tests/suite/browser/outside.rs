//! Who has no session stays outside, whatever he says.

use davit_tests::Server;
use davit_tests::raw;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::desk;

const PAGE: (&str, &str) = ("accept", "text/html");

/// Logs in as the form does. The session's cookie, as it is sent back.
async fn session(server: &Server, password: &str) -> Option<String> {
    let form = [("name", "ada"), ("password", password), ("to", "/desk/")];
    let form: Vec<_> = form.map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).into();
    let request = server.request(reqwest::Method::POST, "/login").body(form.join("&"));
    let sent = request.header("content-type", "application/x-www-form-urlencoded").send();
    let response = sent.await.expect("the server answers");
    let cookie = response.headers().get("set-cookie")?.to_str().expect("text");
    Some(cookie.split(';').next().expect("a cookie").to_owned())
}

async fn status(server: &Server, path: &str, headers: &[(&str, &str)]) -> u16 {
    raw::get(server.address(), path, headers).await.status
}

#[tokio::test]
async fn a_browser_is_sent_to_the_login_page_and_a_program_gets_401() {
    let (server, _plugins) = desk().await;
    let page = raw::get(server.address(), "/desk/?a=1", &[PAGE]).await;
    assert_eq!((page.status, page.header("location")), (303, Some("/login?to=%2Fdesk%2F%3Fa%3D1")));
    let api = raw::get(server.address(), "/desk-api/me", &[("accept", "application/json")]).await;
    assert_eq!((api.status, api.header("www-authenticate")), (401, Some("Bearer")));
    assert!(api.text().contains("AUTH_REQUIRED"), "{}", api.text());
    assert_eq!(status(&server, "/desk/desk.js", &[]).await, 401);
    assert_eq!(status(&server, "/login", &[]).await, 200);
}

#[tokio::test]
async fn who_says_himself_who_he_is_stays_outside() {
    let (server, _plugins) = desk().await;
    for name in ["x-identity", "X-Identity"] {
        assert_eq!(status(&server, "/desk-api/me", &[(name, "ada")]).await, 401);
        assert_eq!(status(&server, "/desk/", &[PAGE, (name, "ada")]).await, 303);
    }
    // With a key he is let in, but nobody vouches for the name.
    let known = server.get("/desk-api/me").header("x-identity", "ada").send().await.unwrap();
    assert_eq!(known.json::<Value>().await.unwrap(), json!({"name": null, "vouched": null}));
}

#[tokio::test]
async fn a_session_opens_plugins_and_nothing_of_davits_own() {
    let (server, _plugins) = desk().await;
    let cookie = session(&server, "correct horse").await.expect("a session");
    let mine = [("cookie", cookie.as_str())];
    let me = raw::get(server.address(), "/desk-api/me", &mine).await;
    assert!(me.text().contains(r#"{"name":"ada","vouched":"ada"}"#), "{}", me.text());
    assert_eq!(status(&server, "/desk/desk.js", &mine).await, 200);
    assert_eq!(status(&server, "/_/api/plugins", &mine).await, 401);
    // He cannot call himself somebody else.
    let other = raw::get(server.address(), "/desk-api/me", &[mine[0], ("x-identity", "eve")]).await;
    assert!(other.text().contains(r#""name":"ada""#), "{}", other.text());
}

#[tokio::test]
async fn a_wrong_password_and_a_forged_session_open_nothing() {
    let (server, _plugins) = desk().await;
    assert_eq!(session(&server, "wrong horse").await, None);
    let cookie = session(&server, "correct horse").await.expect("a session");
    let (payload, signature) = cookie.split_once('.').expect("payload and signature");
    let others = signature.chars().rev().collect::<String>();
    for forged in
        [payload.to_owned(), format!("{payload}."), format!("{payload}.{others}"), format!("{cookie}.x")]
    {
        assert_eq!(status(&server, "/desk-api/me", &[("cookie", &forged)]).await, 401, "{forged}");
    }
}

#[tokio::test]
async fn a_session_that_was_ended_stays_ended() {
    let (server, _plugins) = desk().await;
    let cookie = session(&server, "correct horse").await.expect("a session");
    let out = server.request(reqwest::Method::POST, "/login/logout").header("cookie", &cookie);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::SEE_OTHER);
    assert_eq!(status(&server, "/desk-api/me", &[("cookie", &cookie)]).await, 401);
}

#[tokio::test]
async fn the_way_back_leads_to_this_site_alone() {
    let (server, _plugins) = desk().await;
    for to in ["//evil.example", "/\\evil.example", "https://evil.example"] {
        let page = server.text(&format!("/login?to={to}")).await;
        assert!(page.contains(r#"name="to" value="/""#), "{to}: {page}");
    }
}
