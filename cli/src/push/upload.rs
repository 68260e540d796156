//! In: an artifact. Out: the registry has it. Sends only what is missing there.

use oci_client::errors::OciDistributionError;
use oci_client::manifest::OCI_IMAGE_MEDIA_TYPE;
use reqwest::header::HeaderValue;

use super::artifact::{Artifact, Blob};
use super::progress;
use crate::registry::{RegistryError, Session};

/// What was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uploaded {
    /// The tag names the artifact now.
    Sent,
    /// The tag named it already.
    Known,
}

/// Brings the artifact to the registry: first the blobs, then the manifest.
pub(super) async fn upload(session: &Session, artifact: &Artifact) -> Result<Uploaded, RegistryError> {
    let Session { client, auth, reference } = session;
    let there = client.pull_manifest_raw(reference, auth, &[OCI_IMAGE_MEDIA_TYPE]).await;
    // A registry that lets somebody push and not pull fails here, and is asked on.
    if there.is_ok_and(|(_, digest)| digest == artifact.digest().to_string()) {
        return Ok(Uploaded::Known);
    }
    for blob in [&artifact.layer, &artifact.config] {
        send(session, blob).await.map_err(|error| session.failed(&error))?;
    }
    let media_type = HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE);
    let put = client.push_manifest_raw(reference, artifact.manifest.clone(), media_type).await;
    put.map_err(|error| session.failed(&error))?;
    Ok(Uploaded::Sent)
}

/// Sends a blob unless it is there.
async fn send(session: &Session, blob: &Blob) -> Result<(), OciDistributionError> {
    let (client, reference, digest) = (&session.client, &session.reference, blob.digest.to_string());
    if client.blob_exists(reference, &digest).await.unwrap_or(false) {
        return Ok(());
    }
    let size = blob.bytes.len() as u64;
    let (parts, shown) = progress::parts(blob.bytes.clone(), reference.resolve_registry());
    let sent = client.push_blob_stream(reference, parts, &digest, Some(size)).await;
    drop(shown);
    match sent {
        // Some registries take a blob only as a whole.
        Err(OciDistributionError::SpecViolationError(_)) => {
            client.push_blob(reference, blob.bytes.clone(), &digest).await.map(drop)
        }
        sent => sent.map(drop),
    }
}
