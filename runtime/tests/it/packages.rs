//! Packages in and out of a volume.

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::control::RefusalCode;
use davit_tests::until;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::join_all;
use futures::stream::{self, StreamExt as _};
use reqwest::{Body, Method};

use crate::harness::{Package, Replica, fence, refused};

/// A package with an entry of that name, which may be anything.
fn archive(entry: &str) -> Bytes {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in [("manifest.yaml", "name: evil\n"), (entry, "here")] {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, content.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap().into()
}

#[tokio::test]
async fn a_package_is_taken_once_and_read_back_as_it_came() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let hello = Package::saying("hello", "one");
    assert_eq!(refused(operator.package(&hello.digest).await), (404, RefusalCode::NotFound));
    assert_eq!(operator.put(&hello).await.unwrap(), 201);
    assert_eq!(operator.put(&hello).await.unwrap(), 200);
    assert_eq!(operator.package(&hello.digest).await.unwrap(), hello.bytes);
    assert_eq!(operator.state().await.packages, [hello.digest]);
    assert_eq!(replica.metric("davit_packages_held").await, Some(1));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_on_the_volume() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let hello = Package::saying("hello", "one");
    let (outside, garbage) = (archive("../../escaped"), Bytes::from_static(b"no archive at all"));
    let other = Digest::of(b"other");
    let table = [
        (other, hello.bytes.clone(), RefusalCode::DigestMismatch),
        (Digest::of(&garbage), garbage, RefusalCode::PackageInvalid),
        (Digest::of(&outside), outside, RefusalCode::PackageInvalid),
    ];
    for (digest, bytes, code) in table {
        assert_eq!(refused(operator.put_bytes(digest, bytes).await), (400, code));
        assert_eq!(replica.packages(), Vec::<String>::new(), "{code:?}");
    }
    assert!(!replica.volume().join("escaped").exists() && !replica.volume().join("../escaped").exists());
    assert_eq!(operator.put_bytes(Digest::of(&archive("fine")), archive("fine")).await.unwrap(), 201);
}

#[tokio::test]
async fn a_package_that_says_it_is_too_large_is_not_read() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    // Nothing of it is ever sent: an answer shows that nothing was waited for.
    let request = operator.0.request(Method::PUT, &format!("/packages/{}", Digest::of(b"")));
    let never = Body::wrap_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let answer = request.header("content-length", (100 << 20) + 1).body(never).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(replica.packages(), Vec::<String>::new());
}

#[tokio::test]
async fn a_package_that_is_broken_off_leaves_nothing() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let hello = Package::saying("hello", "one");
    let half = hello.bytes.slice(..hello.bytes.len() / 2);
    let broken = stream::iter([Ok(half), Err(std::io::Error::other("gone"))]).chain(stream::empty());
    let request = operator.0.request(Method::PUT, &format!("/packages/{}", hello.digest));
    request.body(Body::wrap_stream(broken)).send().await.unwrap_err();
    until("an empty volume", async || replica.packages().is_empty().then_some(())).await;
    assert_eq!(operator.put(&hello).await.unwrap(), 201);
}

#[tokio::test]
async fn many_may_put_the_same_package_at_once() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let hello = Package::saying("hello", "one");
    let puts = join_all((0..8).map(|_| operator.put(&hello))).await;
    let statuses: Vec<u16> = puts.into_iter().map(Result::unwrap).collect();
    assert!(statuses.iter().all(|status| [200, 201].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&201), "{statuses:?}");
    operator.go_live(fence(1, 1), &[&hello]).await;
    assert_eq!(replica.get("/hello/").await, (200, "one".to_owned()));
}

#[tokio::test]
async fn what_is_no_call_is_refused_in_the_same_form() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    for (method, path, status) in [
        (Method::GET, "/packages/sha256:00", 400),
        (Method::PUT, "/packages/..%2F..%2Fplan.json", 400),
        (Method::DELETE, "/state", 404),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/plan", 404),
        (Method::POST, "/reload/prepare", 400),
        (Method::POST, "/reload/commit", 400),
    ] {
        let answer = operator.0.request(method, path).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let refusal: davit_plugin::control::Refusal = answer.json().await.unwrap();
        assert!(!refusal.error.is_empty(), "{path}");
    }
}
