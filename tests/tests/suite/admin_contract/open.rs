//! What is open to everybody (contract §4): health, discovery, the document and its
//! viewer.

use serde_json::json;

use super::answer::told;
use super::credential::Credential;
use super::site::{Site, page};

#[tokio::test]
async fn health_is_public_with_ok_status_and_version() {
    let site = Site::of(|_, own| {
        drop(page(own, "fine", "1.0.0"));
        drop(own.folder("secret-project").manifest("name: secret-project\nbase: /x\n"));
    })
    .await;
    let viewer = site.key_of("viewer").await.api_key();
    for path in ["/health", "/health/ready", "/health/live"] {
        for stranger in [Credential::Nothing, Credential::ApiKey("wrong".to_owned())] {
            let answer = site.ask("GET", path, &stranger).await;
            let health = answer.succeeds(200);
            assert_eq!((&health["ok"], &health["status"]), (&json!(true), &json!("degraded")), "{path}");
            assert!(health["version"].is_string(), "{path}");
            assert!(!answer.text.contains("secret-project"), "strangers see numbers only: {}", answer.text);
        }
    }
    let health = site.ask("GET", "/health", &viewer).await.succeeds(200);
    let details = health["details"].as_array().expect("the plugins by name");
    let of = |name: &str| details.iter().find(|one| one["name"] == name).expect("each plugin");
    assert_eq!(of("fine")["state"], "ready");
    let broken = of("secret-project");
    assert_eq!(broken["state"], "failed");
    assert!(broken["reason"].is_string() && broken["message"].is_string(), "{broken}");
    let blind = site.key_for(&["keys:read"]).await.api_key();
    let health = site.ask("GET", "/health", &blind).await;
    assert!(!health.text.contains("secret-project"), "{}", health.text);
}

#[tokio::test]
async fn discovery_answers_before_anything_else_also_with_a_wrong_key() {
    let site = Site::empty().await;
    for number in 0..30 {
        // More wrong keys than the limit on them allows.
        for path in ["/.well-known/buntime", "/.well-known/davit"] {
            let call = site.server.request(reqwest::Method::GET, path);
            let call = Credential::ApiKey(format!("wrong-{number}")).put(call);
            let found = told(call).await.succeeds(200);
            assert_eq!(found["api"], "/_/api");
            assert!(found["version"].is_string(), "{found}");
        }
    }
}

#[tokio::test]
async fn openapi_document_is_3_1_and_has_every_call_of_the_contract() {
    let site = Site::empty().await;
    let document = site.ask("GET", "/openapi.json", &Credential::Nothing).await.succeeds(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let paths = document["paths"].as_object().unwrap();
    let under: Vec<&str> = paths.keys().map(String::as_str).collect();
    let has = |method: &str, path: &str| {
        let found = paths.iter().find(|(key, _)| {
            key.ends_with(path)
                && key.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest == "/_/api")
        });
        found.is_some_and(|(_, item)| item.get(method).is_some())
    };
    for (method, path) in [
        ("get", "/plugins/loaded"),
        ("get", "/plugins"),
        ("post", "/plugins/reload"),
        ("post", "/plugins/upload"),
        ("delete", "/plugins/{name}"),
        ("post", "/plugins/{name}/enable"),
        ("post", "/plugins/{name}/disable"),
        ("get", "/plugins/{name}/logs"),
        ("get", "/keys"),
        ("post", "/keys"),
        ("delete", "/keys/{id}"),
        ("get", "/keys/meta"),
        ("get", "/health"),
        ("get", "/health/ready"),
        ("get", "/health/live"),
        ("post", "/admin/session"),
        ("get", "/admin/session"),
        ("delete", "/admin/session"),
    ] {
        assert!(has(method, path), "no {method} {path} in {under:?}");
    }
}

#[tokio::test]
async fn docs_are_a_viewer_that_loads_nothing_from_elsewhere() {
    let site = Site::empty().await;
    let mut answer = site.ask("GET", "/docs", &Credential::Nothing).await;
    if matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        let to = answer.header("location").unwrap().to_owned();
        let here = reqwest::Url::parse(&site.server.url("/_/api/docs")).unwrap();
        let to = here.join(&to).unwrap();
        assert_eq!((to.host_str(), to.path()), (here.host_str(), "/_/api/docs/"));
        answer = site.ask("GET", "/docs/", &Credential::Nothing).await;
    }
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    assert!(!answer.text.contains("http://") && !answer.text.contains("https://"), "{}", answer.text);
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("'self'") && !policy.contains("http"), "{policy}");
}

#[tokio::test]
async fn own_pages_carry_secure_headers() {
    let site = Site::empty().await;
    for (path, status) in
        [("/plugins", 200), ("/none", 404), ("/openapi.json", 200), ("/docs/", 200), ("/health", 200)]
    {
        let answer = site.ask("GET", path, &Credential::root()).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(
            answer.header("content-security-policy").is_some_and(|it| it.contains("default-src")),
            "{path}"
        );
    }
    let listed = site.ask("GET", "/plugins", &Credential::root()).await;
    assert_eq!(listed.header("cache-control"), Some("no-store"));
}
