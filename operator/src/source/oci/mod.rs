//! Artifacts in OCI registries (interfaces §7).
//!
//! ```text
//! reference → credentials → registry → manifest → package → blob
//! ```
//!
//! Pulling speaks the distribution specification itself: oci-client reads manifests
//! and tokens of any size, and hides when a registry wants to be left alone.

mod answer;
mod blob;
mod credentials;
mod docker_config;
mod error;
mod limits;
mod manifest;
mod media;
mod pull_secrets;
mod reference;
mod registries;
mod registry;
mod token;

use std::sync::Arc;

use davit_crds::OciSource;
use kube::Client;
use tokio::fs::File;

use super::SourceError;

pub use credentials::Credentials;
pub use error::OciError;
pub use manifest::Package;
pub use reference::{OciReference, Version};
pub use registries::Registries;
pub use registry::Registry;

/// A package that a registry names, and how to get it.
pub(super) struct Remote {
    registry: Arc<Registry>,
    reference: OciReference,
    package: Package,
}

/// Asks the registry which package a Plugin's reference names, as each user in
/// turn that its Secrets have for it.
pub(super) async fn resolve(
    source: &OciSource,
    namespace: &str,
    client: &Client,
    registries: &Registries,
) -> Result<Remote, SourceError> {
    let reference: OciReference = source.reference.parse()?;
    let users = pull_secrets::credentials(client, namespace, &source.pull_secrets, &reference).await?;
    let mut refused = None;
    for credentials in users {
        let registry = registries.get(&reference, source.insecure, credentials)?;
        match registry.resolve(&reference).await {
            Ok(package) => return Ok(Remote { registry, reference, package }),
            Err(error @ OciError::Denied { .. }) => refused = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    // There is always at least one user: nobody.
    Err(refused.map_or_else(|| unreachable!("nobody was asked"), SourceError::from))
}

impl Remote {
    /// The package's digest.
    pub(super) fn digest(&self) -> davit_plugin::Digest {
        self.package.digest
    }

    /// `registry/repository@sha256:…`, with the manifest's digest.
    pub(super) fn reference(&self) -> String {
        self.reference.at(self.package.manifest)
    }

    /// Fetches the package's bytes.
    pub(super) async fn fetch(&self, file: &mut File) -> Result<(), SourceError> {
        Ok(self.registry.fetch(&self.reference, &self.package, file).await?)
    }
}
