//! What is done with an answer.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{post, put};
use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::control::{POD_UID, Refusal, RefusalCode};
use futures::stream;

use super::super::ReplicaError;
use super::{UID, replica_with, says};

#[tokio::test]
async fn a_package_goes_and_comes_back_as_it_is() {
    let bytes = Bytes::from(vec![7; 3 << 20]);
    let digest = Digest::of(&bytes);
    let path = format!("/control/v1/packages/{digest}");
    let sent = bytes.clone();
    let take = move |got: Bytes| async move {
        let status = if got == sent { StatusCode::CREATED } else { StatusCode::BAD_REQUEST };
        ([(POD_UID, UID)], status)
    };
    let held = bytes.clone();
    let give = move || async move { ([(POD_UID, UID)], held) };
    let unlimited = axum::extract::DefaultBodyLimit::disable();
    let (replica, _peer) =
        replica_with(Router::new().route(&path, put(take).get(give)).layer(unlimited)).await;
    replica.put(&digest, bytes.clone()).await.unwrap();
    assert_eq!(replica.package(&digest).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_refusal_says_why() {
    let refusal = Refusal {
        missing: vec![Digest::of(b"")],
        ..Refusal::new(RefusalCode::PackagesMissing, "put them first")
    };
    let answer = (StatusCode::FAILED_DEPENDENCY, axum::Json(refusal.clone()));
    let routes =
        Router::new().route("/control/v1/reload/abort", post(|| async { ([(POD_UID, UID)], answer) }));
    let (replica, _peer) = replica_with(routes).await;
    let fence = davit_plugin::control::Fence::default();
    assert_eq!(replica.abort(&fence).await, Err(ReplicaError::Refused(refusal)));
}

#[tokio::test]
async fn what_is_no_answer_of_a_replica_is_named_as_such() {
    for answer in [(StatusCode::BAD_GATEWAY, "<html>"), (StatusCode::OK, "{}"), (StatusCode::OK, "")] {
        let (replica, _peer) = replica_with(says(UID, answer)).await;
        let error = replica.plan().await.unwrap_err();
        assert!(matches!(error, ReplicaError::Malformed(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = (StatusCode::TEMPORARY_REDIRECT, [("location", "/control/v1/plan")], "");
    let (replica, peer) = replica_with(says(UID, elsewhere)).await;
    let error = replica.plan().await.unwrap_err();
    assert!(error.to_string().contains("status 307"), "{error}");
    assert_eq!(peer.handshakes(), 1);
}

#[tokio::test]
async fn a_body_beyond_its_bound_is_not_read() {
    let large = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1 << 20])));
    let endless = || async { ([(POD_UID, UID)], Body::from_stream(large)) };
    let (replica, _peer) = replica_with(Router::new().fallback(endless)).await;
    let error = replica.plan().await.unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");

    let announced = || async {
        let head = [(POD_UID, UID), ("content-length", "9000000000")];
        (head, Body::from_stream(stream::pending::<std::io::Result<Bytes>>()))
    };
    let (replica, _peer) = replica_with(Router::new().fallback(announced)).await;
    let error = replica.package(&Digest::of(b"")).await.unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_replica_that_says_nothing_is_given_up() {
    let silent = Router::new().fallback(std::future::pending::<()>);
    let (replica, _peer) = replica_with(silent).await;
    let asked = Instant::now();
    let error = replica.state().await.unwrap_err();
    assert_eq!(error, ReplicaError::Unreachable("no answer within 2 s".into()));
    assert!(asked.elapsed() < Duration::from_secs(10));
}
