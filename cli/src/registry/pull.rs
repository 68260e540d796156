//! In: a reference. Out: the package that it names, its digest checked.

use davit_plugin::Digest;
use davit_plugin::digest::InvalidDigest;
use davit_plugin::package::Limits;
use davit_plugin::reason::{Problem, Reason};
use futures::TryStreamExt as _;
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{OciDescriptor, OciManifest};
use oci_client::{Reference, RegistryOperation};

use super::credentials::Credential;
use super::{PACKAGE, RegistryError, Session};
use crate::size;

/// A package in a registry.
pub(crate) struct Pulled {
    /// Its digest.
    pub(crate) digest: Digest,
    /// Its bytes; none if the caller knows them.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// No package came.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PullError {
    /// The registry did not answer as asked.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// What is there is no plugin's package.
    #[error("{reference} is no plugin: {why}; push it with `davit push`")]
    NoPackage {
        /// The reference.
        reference: String,
        /// What is there.
        why: String,
    },
    /// More bytes than a package may have.
    #[error("the package of {reference} is larger than {}: make it smaller", size::shown(Limits::default().packed))]
    TooLarge {
        /// The reference.
        reference: String,
    },
    /// Other bytes than the reference or the manifest names.
    #[error("{0} gives other bytes than its digest names: push it again")]
    Mismatch(String),
}

impl PullError {
    /// The error as the reason of a condition (interfaces §3).
    pub(crate) fn problem(&self) -> Problem {
        let reason = match self {
            Self::Registry(error) => return error.problem(),
            Self::NoPackage { .. } => Reason::PackageInvalid,
            Self::TooLarge { .. } => Reason::PackageTooLarge,
            Self::Mismatch(_) => Reason::DigestMismatch,
        };
        Problem::new(reason, self.to_string())
    }
}

/// Pulls the package unless it is the one that is `known`.
pub(crate) async fn pull(
    reference: &Reference,
    insecure: bool,
    credential: Credential,
    known: Option<Digest>,
) -> Result<Pulled, PullError> {
    let session = Session::open(reference, insecure, credential, RegistryOperation::Pull).await?;
    let failed = |error: &OciDistributionError| match error {
        OciDistributionError::DigestError(_) => PullError::Mismatch(reference.whole()),
        error => session.failed(error).into(),
    };
    let manifest = session.client.pull_manifest(reference, &session.auth).await;
    let layer = layer(&manifest.map_err(|error| failed(&error))?.0, reference)?;
    let digest: Digest =
        layer.digest.parse().map_err(|error: InvalidDigest| no_package(reference, &error))?;
    if known == Some(digest) {
        return Ok(Pulled { digest, bytes: None });
    }
    let stream = session.client.pull_blob_stream(reference, &layer).await;
    let mut stream = stream.map_err(|error| failed(&error))?.stream;
    let mut bytes = Vec::new();
    while let Some(part) = stream.try_next().await.map_err(|error| cut_off(reference, &error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() as u64 > Limits::default().packed {
            return Err(PullError::TooLarge { reference: reference.whole() });
        }
    }
    match Digest::of(&bytes) == digest {
        true => Ok(Pulled { digest, bytes: Some(bytes) }),
        false => Err(PullError::Mismatch(reference.whole())),
    }
}

/// The one layer that is a gzip'd tar: Davit's own, or any other's.
fn layer(manifest: &OciManifest, reference: &Reference) -> Result<OciDescriptor, PullError> {
    let OciManifest::Image(image) = manifest else {
        return Err(no_package(reference, &"it is an index of several artifacts"));
    };
    let is_archive = |layer: &&OciDescriptor| {
        layer.media_type == PACKAGE
            || layer.media_type.ends_with("tar+gzip")
            || layer.media_type.ends_with("tar.gzip")
    };
    let archives: Vec<&OciDescriptor> = image.layers.iter().filter(is_archive).collect();
    let [layer] = archives[..] else {
        let why = format!("it has {} layers that are gzip'd archives, and not one", archives.len());
        return Err(no_package(reference, &why));
    };
    match u64::try_from(layer.size).is_ok_and(|size| size <= Limits::default().packed) {
        true => Ok(layer.clone()),
        false => Err(PullError::TooLarge { reference: reference.whole() }),
    }
}

fn no_package(reference: &Reference, why: &dyn std::fmt::Display) -> PullError {
    PullError::NoPackage { reference: reference.whole(), why: why.to_string() }
}

fn cut_off(reference: &Reference, error: &std::io::Error) -> PullError {
    let registry = reference.resolve_registry().to_owned();
    PullError::Registry(RegistryError::Unreachable { registry, why: error.to_string(), hint: "" })
}
