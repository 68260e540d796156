//! Registries that send what none should: stand-ins, as no real one does it.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect};
use axum::routing::any;
use davit_operator::source::oci::Credentials;
use davit_plugin::{Digest, Reason};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{fetch, resolve, told};

/// A server of this test. It ends when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a listening socket goes on accepting");
        });
        Self { address, task }
    }

    pub(super) fn reference(&self) -> String {
        format!("{}/acme/hello:1", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A manifest of a package of so many bytes.
pub(super) fn manifest(size: u64) -> String {
    let layer = json!({
        "mediaType": "application/vnd.davit.plugin.package.v1.tar+gzip",
        "digest": Digest::of(b"package"), "size": size,
    });
    json!({ "schemaVersion": 2, "layers": [layer] }).to_string()
}

/// A body that never ends.
fn endless() -> Body {
    Body::from_stream(futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64 << 10])))
}

#[tokio::test]
async fn a_manifest_without_end_is_too_large() {
    let server = Server::start(Router::new().fallback(async || endless())).await;
    let (reason, message) = told(resolve(&server.reference(), Credentials::Anonymous).await.unwrap_err());
    assert!(reason == Reason::PackageTooLarge && message.contains("manifest"), "{message}");
}

#[tokio::test]
async fn a_package_with_more_bytes_than_its_manifest_says_is_cut_off() {
    let blobs = async |request: Request| match request.uri().path().contains("/blobs/") {
        true => endless().into_response(),
        false => manifest(1000).into_response(),
    };
    let server = Server::start(Router::new().fallback(blobs)).await;
    let package = resolve(&server.reference(), Credentials::Anonymous).await.unwrap();
    let (reason, message) = told(fetch(&server.reference(), &package).await.unwrap_err());
    assert!(reason == Reason::DigestMismatch && message.contains("1000 bytes"), "{message}");
}

#[tokio::test]
async fn a_package_that_is_too_large_is_never_asked_for() {
    let server = Server::start(Router::new().fallback(async || manifest(101 << 20))).await;
    let (reason, _) = told(resolve(&server.reference(), Credentials::Anonymous).await.unwrap_err());
    assert_eq!(reason, Reason::PackageTooLarge);
}

#[tokio::test]
async fn other_bytes_than_a_digest_names_are_no_manifest() {
    let server = Server::start(Router::new().fallback(async || manifest(1))).await;
    let pinned = format!("{}/acme/hello@{}", server.address, Digest::of(b"another"));
    let (reason, _) = told(resolve(&pinned, Credentials::Anonymous).await.unwrap_err());
    assert_eq!(reason, Reason::DigestMismatch);
}

#[tokio::test]
async fn redirects_are_followed_but_not_for_ever_and_never_with_the_password() {
    let hops = |request: Request| async move {
        let header = request.headers().contains_key("authorization");
        assert!(!header, "the password went elsewhere");
        manifest(1)
    };
    let blobs = Server::start(Router::new().fallback(hops)).await;
    let to = format!("http://localhost:{}/elsewhere", blobs.address.port());
    let registry = Server::start(Router::new().fallback(any(async move |request: Request| {
        match request.headers().contains_key("authorization") {
            true => Redirect::temporary(&to).into_response(),
            false => {
                (http::StatusCode::UNAUTHORIZED, [("www-authenticate", "Basic realm=x")]).into_response()
            }
        }
    })))
    .await;
    let user = || Credentials::Basic { username: "me".into(), password: "hunter2".into() };
    resolve(&registry.reference(), user()).await.unwrap();
    let round = Server::start(Router::new().fallback(async || Redirect::temporary("/again"))).await;
    let (reason, message) = told(resolve(&round.reference(), user()).await.unwrap_err());
    assert!(reason == Reason::RegistryUnreachable && message.contains("too often"), "{message}");
}
