//! The reference implementation of a registry, also behind a proxy that makes it
//! look as if it were in trouble.

use std::time::Duration;

use davit_operator::source::SourceError;
use davit_operator::source::oci::Credentials;
use davit_plugin::{Digest, Reason};
use davit_tests::Plugins;
use davit_tests::cluster::Registry;
use davit_tests::cluster::registry::{Artifact, Blob, Fault, Faults, PASSWORD, Pushed, USER};

use crate::{fetch, resolve, told};

const NAME: &str = "acme/hello:1.0.0";

async fn push(registry: &Registry) -> (Pushed, Vec<u8>) {
    let plugins = Plugins::new();
    let artifact = Artifact::plugin(&plugins.plugin("hello", "version: 1.0.0\n", "export default {};\n"));
    let bytes = artifact.layers[0].bytes.clone();
    (registry.push_artifact(&artifact, NAME).await, bytes)
}

fn user(password: &str) -> Credentials {
    Credentials::Basic { username: USER.to_owned(), password: password.to_owned() }
}

#[tokio::test]
async fn a_tag_and_a_digest_name_the_same_package() {
    let registry = Registry::start().await;
    let (pushed, bytes) = push(&registry).await;
    let by_tag = resolve(&pushed.reference, Credentials::Anonymous).await.unwrap();
    assert_eq!((by_tag.manifest, by_tag.digest), (pushed.manifest, pushed.package));
    let pinned = registry.reference(&format!("acme/hello@{}", pushed.manifest));
    let by_digest = resolve(&pinned, Credentials::Anonymous).await.unwrap();
    assert_eq!(by_tag, by_digest);
    assert_eq!(fetch(&pushed.reference, &by_tag).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_plain_archive_of_somebody_else_is_taken() {
    let registry = Registry::start().await;
    let (_, bytes) = push(&registry).await;
    let artifact = Artifact::plain(vec![Blob::tar_gzip(bytes.clone())]);
    let pushed = registry.push_artifact(&artifact, "acme/plain:1").await;
    let package = resolve(&pushed.reference, Credentials::Anonymous).await.unwrap();
    assert_eq!(fetch(&pushed.reference, &package).await.unwrap(), bytes);
}

#[tokio::test]
async fn says_whether_the_tag_or_the_repository_is_missing() {
    let registry = Registry::start().await;
    push(&registry).await;
    let absent = format!("acme/hello@{}", Digest::of(b"absent"));
    let table = [
        ("acme/hello:2", "acme/hello:2, though it has the repository"),
        (&absent, "though it has the repository"),
        ("acme/bye:1", "does not know the repository"),
    ];
    for (name, says) in table {
        let (reason, message) =
            told(resolve(&registry.reference(name), Credentials::Anonymous).await.unwrap_err());
        assert!(reason == Reason::TagNotFound && message.contains(says), "{reason}: {message}");
    }
    let bare = registry.reference("acme/hello");
    let (_, message) = told(resolve(&bare, Credentials::Anonymous).await.unwrap_err());
    assert!(message.contains("latest is assumed"), "{message}");
}

#[tokio::test]
async fn a_password_opens_and_is_never_shown() {
    let registry = Registry::start_with_password().await;
    let (pushed, _) = push(&registry).await;
    resolve(&pushed.reference, user(PASSWORD)).await.unwrap();
    for credentials in [Credentials::Anonymous, user("hunter2"), Credentials::IdentityToken("hunter2".into())]
    {
        let (reason, message) = told(resolve(&pushed.reference, credentials).await.unwrap_err());
        assert_eq!(reason, Reason::RegistryDenied, "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[tokio::test]
async fn a_registry_in_trouble_is_one_that_cannot_be_reached_now() {
    let registry = Registry::start().await;
    let (pushed, _) = push(&registry).await;
    let proxy = Faults::before(&registry).await;
    let reference = proxy.reference(NAME);
    let asked = async |fault| {
        proxy.next(1, fault);
        let error: SourceError = resolve(&reference, Credentials::Anonymous).await.unwrap_err().into();
        assert_eq!(error.problem.reason, Reason::RegistryUnreachable, "{error}");
        error.retry_after
    };
    assert_eq!(asked(Fault::TooManyRequests(7)).await, Some(Duration::from_secs(7)));
    assert_eq!(asked(Fault::TooManyRequests(86_400)).await, Some(Duration::from_mins(5)));
    assert_eq!(asked(Fault::InternalServerError).await, None);
    assert_eq!(asked(Fault::CutOff(10)).await, None);
    let package = resolve(&reference, Credentials::Anonymous).await.unwrap();
    assert_eq!(package.digest, pushed.package);
    proxy.next(1, Fault::CutOff(10));
    let (reason, message) = told(fetch(&reference, &package).await.unwrap_err());
    assert_eq!(reason, Reason::RegistryUnreachable, "{message}");
}

#[tokio::test]
async fn a_registry_that_is_down_is_told_at_once() {
    let mut registry = Registry::start().await;
    let (pushed, _) = push(&registry).await;
    registry.stop();
    let asked = resolve(&pushed.reference, Credentials::Anonymous);
    let asked = tokio::time::timeout(Duration::from_secs(10), asked).await.expect("it does not wait");
    let (reason, message) = told(asked.unwrap_err());
    assert!(reason == Reason::RegistryUnreachable && message.contains("refused"), "{message}");
}
