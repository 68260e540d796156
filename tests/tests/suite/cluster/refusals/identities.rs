//! Whom a control port speaks to, and as whom.

use std::error::Error;

use davit_tests::cluster::control::{Control, Identity};
use davit_tests::cluster::{PlayedPod, World};
use reqwest::Method;

/// A client's pair from a Secret of the operator's.
async fn client_of(world: &World, runtime: &str) -> Identity {
    let secret = format!("{runtime}-control-ca");
    let certificate = world.secret(&secret, "client.crt").await;
    Identity { certificate, key: world.secret(&secret, "client.key").await }
}

async fn authority_of(world: &World, runtime: &str) -> Vec<u8> {
    world.secret(&format!("{runtime}-control-ca"), "ca.crt").await
}

/// The connection ends in the handshake, by the replica's word if `by_replica`, and
/// nothing is answered.
async fn refused(control: &Control, by_replica: bool, who: &str) {
    let answer = control.request(Method::GET, "/state").send().await;
    let Err(error) = answer else { panic!("{who} was answered: {answer:?}") };
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let said = causes.join(": ");
    let alert = said.contains("received fatal alert");
    assert!(!said.contains("refused") && (alert || !by_replica), "{who} ended with {said}");
}

/// A replica of the runtime `one`, which also has a neighbour `two`.
async fn two_runtimes() -> (World, std::sync::Arc<PlayedPod>) {
    let world = World::new().await;
    world.apply_runtime("one", 1).await;
    world.apply_runtime("two", 1).await;
    let pod = world.replicas("one", 1).await.remove(0);
    world.replicas("two", 1).await;
    (world, pod)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_port_speaks_to_nobody_but_the_operator_of_its_own_runtime() {
    let (world, pod) = two_runtimes().await;
    let (name, authority) = (world.server_name("one"), authority_of(&world, "one").await);
    let (own, neighbour) = (client_of(&world, "one").await, client_of(&world, "two").await);
    let servers = Identity {
        certificate: world.secret("one-control-tls", "tls.crt").await,
        key: world.secret("one-control-tls", "tls.key").await,
    };
    let stranger = Identity::stranger();
    let dial = |identity| Control::dial(pod.control(), &name, &authority, identity);
    assert_eq!(dial(Some(&own)).state().await.pod_uid, pod.uid());
    refused(&dial(None), true, "a client without a certificate").await;
    refused(&dial(Some(&stranger)), true, "a stranger").await;
    refused(&dial(Some(&neighbour)), true, "another runtime's client").await;
    refused(&dial(Some(&servers)), true, "a pod with its own pair").await;
    assert_eq!(dial(Some(&own)).state().await.pod_uid, pod.uid());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_port_answers_to_its_own_name_alone() {
    let (world, pod) = two_runtimes().await;
    let own = client_of(&world, "one").await;
    let authority = authority_of(&world, "one").await;
    for name in [world.server_name("two"), "one.other.control.davit".to_owned(), "localhost".to_owned()] {
        let control = Control::dial(pod.control(), &name, &authority, Some(&own));
        refused(&control, true, &name).await;
    }
    // Nor does a client take it for one of another authority.
    let other = authority_of(&world, "two").await;
    let control = Control::dial(pod.control(), &world.server_name("one"), &other, Some(&own));
    refused(&control, false, "a port of another authority").await;
}
