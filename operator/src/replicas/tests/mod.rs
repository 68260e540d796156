//! The client against servers of every kind, on loopback.

mod calls;
mod peer;
mod pool;
mod trust;

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::any;
use davit_plugin::control::POD_UID;

use super::{Replica, Replicas};
use crate::fleet::Credentials;
use peer::{Authority, NAME, Peer, pod};

/// The UID of the pod that is asked.
const UID: &str = "6d0e8b3c";

/// Has the cryptography that the program chooses at its start.
fn replicas() -> Replicas {
    drop(rustls::crypto::ring::default_provider().install_default());
    Replicas::default()
}

fn dial(credentials: &Arc<Credentials>, peer: &Peer) -> Replica {
    replicas().dial(credentials, &pod(UID, peer.at)).unwrap()
}

/// Answers every call with `answer`, as pod `uid`.
fn says<A: IntoResponse + Clone + Send + Sync + 'static>(uid: &'static str, answer: A) -> Router {
    Router::new().fallback(any(move || async move { ([(POD_UID, uid)], answer) }))
}

/// A peer of the right runtime with these routes, and a client for it.
async fn replica_with(routes: Router) -> (Replica, Peer) {
    let authority = Authority::new();
    let peer = Peer::start(&authority, authority.server(NAME), routes).await;
    (dial(&authority.credentials(), &peer), peer)
}
