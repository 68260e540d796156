//! Pushing by the OCI distribution specification, with nothing checked before:
//! what is pushed may be wrong on purpose.

use davit_plugin::Digest;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, LOCATION};

use super::{Artifact, Blob, Registry};
use crate::folder::Folder;

/// The media type of manifests.
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What has been pushed.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The digest of the manifest, which references name.
    pub manifest: Digest,
    /// The digest of the first layer: the package.
    pub package: Digest,
    /// The reference that names it by its tag.
    pub reference: String,
}

impl Registry {
    /// Packs a plugin's folder and pushes it as `repository:tag`.
    pub async fn push(&self, folder: &Folder, name: &str) -> Pushed {
        self.push_artifact(&Artifact::plugin(folder), name).await
    }

    /// Pushes an artifact as `repository:tag`.
    pub async fn push_artifact(&self, artifact: &Artifact, name: &str) -> Pushed {
        let (repository, tag) = name.split_once(':').expect("repository:tag");
        for blob in artifact.layers.iter().chain([&artifact.config]) {
            self.push_blob(repository, blob).await;
        }
        let manifest = self.push_manifest(repository, tag, artifact.manifest()).await;
        Pushed { manifest, package: artifact.layers[0].digest(), reference: self.reference(name) }
    }

    async fn push_blob(&self, repository: &str, blob: &Blob) {
        let path = format!("/v2/{repository}/blobs/uploads/");
        let begun = self.request(Method::POST, &path).send().await.expect("the registry answers");
        assert_eq!(begun.status(), 202, "{path}");
        let location = begun.headers()[LOCATION].to_str().expect("a URL").to_owned();
        // The location bears the upload's state as its query already.
        let upload = self.to(Method::PUT, &format!("{location}&digest={}", blob.digest()));
        let upload = upload.header(CONTENT_TYPE, "application/octet-stream").body(blob.bytes.clone());
        let done = upload.send().await.expect("the registry answers");
        assert_eq!(done.status(), 201, "{location}");
    }

    /// Puts the bytes of a manifest under a tag.
    pub async fn push_manifest(&self, repository: &str, tag: &str, manifest: Vec<u8>) -> Digest {
        let digest = Digest::of(&manifest);
        let put = self.request(Method::PUT, &format!("/v2/{repository}/manifests/{tag}"));
        let put = put.header(CONTENT_TYPE, OCI_MANIFEST).body(manifest);
        let answer = put.send().await.expect("the registry answers");
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert_eq!(status, 201, "{text}");
        digest
    }
}
