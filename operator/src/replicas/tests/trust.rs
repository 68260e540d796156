//! Who is believed.

use axum::Router;
use serde_json::json;

use super::super::ReplicaError;
use super::peer::{Authority, NAME, Peer};
use super::{UID, dial, replica_with, says};

fn state(uid: &str) -> axum::Json<serde_json::Value> {
    let digest = davit_plugin::Digest::of(b"ca");
    axum::Json(json!({
        "podUid": uid, "instance": "i", "ca": digest, "formats": [1], "fence": {"epoch": 3, "sequence": 4},
        "confirmed": true, "committed": null, "prepared": null, "packages": [], "plugins": [],
    }))
}

fn good() -> Router {
    says(UID, state(UID))
}

/// What becomes of a call at a peer that is served with `pair`s certificate.
async fn unreachable(peer: &Peer, credentials: &std::sync::Arc<crate::fleet::Credentials>) -> String {
    match dial(credentials, peer).state().await {
        Err(ReplicaError::Unreachable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_replica_of_the_runtime_is_believed_and_later_calls_cost_no_handshake() {
    let (replica, peer) = replica_with(good()).await;
    for _ in 0..3 {
        assert_eq!(replica.state().await.unwrap().fence.epoch, 3);
    }
    assert_eq!(peer.handshakes(), 1);
}

#[tokio::test]
async fn a_server_of_another_authority_is_not() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let peer = Peer::start(&theirs, theirs.server(NAME), good()).await;
    let why = unreachable(&peer, &ours.credentials()).await;
    assert!(why.contains("certificate"), "{why}");
    assert_eq!(peer.handshakes(), 0);
}

#[tokio::test]
async fn a_server_with_the_name_of_another_runtime_is_not() {
    let authority = Authority::new();
    let peer = Peer::start(&authority, authority.server("other.apps.control.davit"), good()).await;
    let why = unreachable(&peer, &authority.credentials()).await;
    assert!(why.contains(NAME), "{why}");
}

#[tokio::test]
async fn a_client_of_another_authority_is_told_so() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let peer = Peer::start(&ours, ours.server(NAME), good()).await;
    unreachable(&peer, &ours.credentials_signed_by(&theirs)).await;
    assert_eq!(peer.handshakes(), 0);
}

#[tokio::test]
async fn nothing_older_than_tls_1_3_is_spoken() {
    let authority = Authority::new();
    let old = &[&rustls::version::TLS12];
    let peer = Peer::start_with(&authority, authority.server(NAME), good(), old).await;
    unreachable(&peer, &authority.credentials()).await;
    assert_eq!(peer.handshakes(), 0);
}

#[tokio::test]
async fn an_answer_of_another_pod_is_dropped() {
    let other = |who: &str| Err(ReplicaError::OtherPod(who.into()));
    let (replica, _peer) = replica_with(says("another", state(UID))).await;
    assert_eq!(replica.state().await, other("another"));
    let (replica, _peer) = replica_with(says(UID, state("another"))).await;
    assert_eq!(replica.state().await, other("another"));
    let nameless = Router::new().fallback(|| async { state(UID) });
    let (replica, _peer) = replica_with(nameless).await;
    assert_eq!(replica.state().await, other("none"));
}
