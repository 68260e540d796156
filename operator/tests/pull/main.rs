//! Pulling: from a real registry, and from stand-ins for hostile ones.

mod hostile;
mod real;
mod tokens;

use davit_operator::source::SourceError;
use davit_operator::source::oci::{Credentials, OciError, OciReference, Package, Registry};
use davit_plugin::Reason;
use davit_tests::client::tls;

/// A reference, and its registry asked by plain HTTP as this user.
fn named(reference: &str, credentials: Credentials) -> (Registry, OciReference) {
    tls();
    let reference: OciReference = reference.parse().expect("a reference");
    (Registry::new(&reference, true, credentials).expect("a client"), reference)
}

/// Which package a reference names.
async fn resolve(reference: &str, credentials: Credentials) -> Result<Package, OciError> {
    let (registry, reference) = named(reference, credentials);
    registry.resolve(&reference).await
}

/// What a registry gives for a package that it has named.
async fn fetch(reference: &str, package: &Package) -> Result<Vec<u8>, OciError> {
    let (registry, reference) = named(reference, Credentials::Anonymous);
    let held = tempfile::NamedTempFile::new()?;
    let mut file = tokio::fs::File::from_std(held.reopen()?);
    registry.fetch(&reference, package, &mut file).await?;
    Ok(std::fs::read(held.path())?)
}

/// The reason of an error, and its words.
fn told(error: OciError) -> (Reason, String) {
    let SourceError { problem, .. } = error.into();
    (problem.reason, problem.message)
}
