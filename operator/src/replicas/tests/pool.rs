//! Which client is used when.

use std::net::SocketAddr;

use super::peer::{Authority, pod};
use super::{UID, replicas};
use crate::replicas::Replica;

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

#[test]
fn a_pod_keeps_its_client_until_its_address_or_the_credentials_change() {
    let (authority, replicas) = (Authority::new(), replicas());
    let (credentials, pod1) = (authority.credentials(), pod(UID, at("127.0.0.1:1")));
    let first = replicas.dial(&credentials, &pod1).unwrap();
    let equal = std::sync::Arc::new((*credentials).clone());
    assert!(first.shares_connections(&replicas.dial(&equal, &pod1).unwrap()));

    let other = |replica: Option<Replica>| !first.shares_connections(&replica.unwrap());
    assert!(other(replicas.dial(&credentials, &pod("another", at("127.0.0.1:1")))));
    assert!(other(replicas.dial(&credentials, &pod(UID, at("127.0.0.1:2")))));
    assert!(other(replicas.dial(&authority.credentials(), &pod1)));
}

#[test]
fn a_pod_that_ends_is_forgotten() {
    let (authority, replicas) = (Authority::new(), replicas());
    let (credentials, mut pod) = (authority.credentials(), pod(UID, at("127.0.0.1:1")));
    let first = replicas.dial(&credentials, &pod).unwrap();
    let deleted = pod.metadata.deletion_timestamp.take();
    pod.metadata.deletion_timestamp = serde_json::from_value("2026-11-21T10:00:00Z".into()).unwrap();
    assert!(replicas.dial(&credentials, &pod).is_none());
    pod.metadata.deletion_timestamp = deleted;
    assert!(!first.shares_connections(&replicas.dial(&credentials, &pod).unwrap()));
}

#[test]
fn credentials_that_are_no_pem_dial_nobody() {
    let mut credentials = (*Authority::new().credentials()).clone();
    credentials.key = "nothing".into();
    assert!(replicas().dial(&credentials.into(), &pod(UID, at("127.0.0.1:1"))).is_none());
}
