//! Registries that want a token from somewhere else, as the large ones do. The
//! reference implementation does so only with keys of its own, so this is a
//! stand-in for both servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use davit_operator::source::oci::{Credentials, OciError};
use davit_plugin::Reason;
use http::{Method, StatusCode, header};

use crate::hostile::{Server, manifest};
use crate::{named, resolve, told};

/// What a token server answers to: `user me` by GET, or the token `refresh` by POST.
async fn token(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 4096).await.unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let asked = format!("{query}{body}");
    assert!(
        asked.contains("service=the.registry") && asked.contains("scope=repository%3Aacme%2Fhello%3Apull"),
        "{asked}"
    );
    let user = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match (head.method, user) {
        // me:hunter2
        (Method::GET, Some("Basic bWU6aHVudGVyMg==")) => r#"{"token":"good"}"#.into_response(),
        (Method::POST, None)
            if body.contains("refresh_token=refresh") && body.contains("grant_type=refresh_token") =>
        {
            r#"{"access_token":"good"}"#.into_response()
        }
        (Method::GET, None) => r#"{"token":"nobody"}"#.into_response(),
        _ => (StatusCode::UNAUTHORIZED, r#"{"errors":[{"code":"DENIED","message":"wrong password"}]}"#)
            .into_response(),
    }
}

/// A registry that wants the token `good`, and counts how often it says so.
async fn registry(tokens: &Server, refused: Arc<AtomicUsize>) -> Server {
    let challenge =
        format!(r#"Bearer realm="http://{}/token",service="the.registry",scope="x,y""#, tokens.address);
    Server::start(Router::new().fallback(any(async move |request: Request| {
        if request.headers().get(header::AUTHORIZATION).is_some_and(|value| value == "Bearer good") {
            return manifest(1).into_response();
        }
        refused.fetch_add(1, Ordering::Relaxed);
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge.clone())]).into_response()
    })))
    .await
}

#[tokio::test]
async fn a_password_and_an_identity_token_get_a_token_of_the_registry() {
    let tokens = Server::start(Router::new().fallback(token)).await;
    let registry = registry(&tokens, Arc::default()).await;
    let user = |password: &str| Credentials::Basic { username: "me".into(), password: password.into() };
    for credentials in [
        user("hunter2"),
        Credentials::IdentityToken("refresh".into()),
        Credentials::RegistryToken("good".into()),
    ] {
        resolve(&registry.reference(), credentials).await.unwrap();
    }
    for credentials in [user("hunter3"), Credentials::Anonymous, Credentials::IdentityToken("hunter3".into())]
    {
        let (reason, message) = told(resolve(&registry.reference(), credentials).await.unwrap_err());
        assert!(reason == Reason::RegistryDenied && !message.contains("hunter3"), "{message}");
    }
}

#[tokio::test]
async fn a_token_is_used_until_it_is_refused() {
    let (tokens, refused) =
        (Server::start(Router::new().fallback(token)).await, Arc::<AtomicUsize>::default());
    let server = registry(&tokens, refused.clone()).await;
    let (registry, reference) = named(&server.reference(), Credentials::IdentityToken("refresh".into()));
    for _ in 0..3 {
        registry.resolve(&reference).await.unwrap();
    }
    assert_eq!(refused.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_token_server_in_trouble_is_not_a_refusal() {
    let tokens = Server::start(Router::new().fallback(async || StatusCode::BAD_GATEWAY)).await;
    let registry = registry(&tokens, Arc::default()).await;
    let error = resolve(&registry.reference(), Credentials::Anonymous).await.unwrap_err();
    assert!(matches!(error, OciError::Unreachable { .. }), "{error}");
}
