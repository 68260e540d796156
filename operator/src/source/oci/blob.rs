//! In: a package in a registry. Out: bytes in a file, never more than the manifest
//! says. Who takes them hashes them.

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::answer::unanswered;
use super::manifest::Package;
use super::{OciError, OciReference, Registry, limits};

impl Registry {
    /// Fetches a package into `file`.
    pub async fn fetch(
        &self,
        reference: &OciReference,
        package: &Package,
        file: &mut File,
    ) -> Result<(), OciError> {
        fetch(self, reference, package, file).await
    }
}

async fn fetch(
    registry: &Registry,
    reference: &OciReference,
    package: &Package,
    file: &mut File,
) -> Result<(), OciError> {
    let _turn = registry.turn().await?;
    let whole = tokio::time::timeout(limits::FETCH, stream(registry, reference, package, file));
    whole.await.unwrap_or_else(|_| {
        let why = format!("it has not sent the package within {} s", limits::FETCH.as_secs());
        Err(OciError::Unreachable { registry: registry.host().to_owned(), why, retry_after: None })
    })
}

async fn stream(
    registry: &Registry,
    reference: &OciReference,
    package: &Package,
    file: &mut File,
) -> Result<(), OciError> {
    let path = format!("blobs/{}", package.digest);
    let what = format!("the package {} of {reference}", package.digest);
    let mut response = registry.get(reference.repository(), &path, "*/*", &what).await?;
    let mut size = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(registry.host(), &error))? {
        size += chunk.len() as u64;
        if size > package.size {
            return Err(OciError::DigestMismatch {
                registry: registry.host().to_owned(),
                expected: package.digest,
                found: format!("more than the {} bytes that its manifest names", package.size),
            });
        }
        file.write_all(&chunk).await?;
    }
    Ok(file.flush().await?)
}
