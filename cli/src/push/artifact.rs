//! In: a package. Out: the artifact that interfaces §7 tells of, as bytes.

use std::fs;
use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::manifest::FILE_NAMES;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde_json::Value;

use super::annotations::{self, InvalidEpoch};
use crate::folders::PluginFolder;
use crate::package::Package;
use crate::registry::{MANIFEST, PACKAGE, PLUGIN};

/// What is pushed.
pub(super) struct Artifact {
    /// The plugin's manifest as JSON.
    pub(super) config: Blob,
    /// The package.
    pub(super) layer: Blob,
    /// The artifact's own manifest.
    pub(super) manifest: Bytes,
}

/// Bytes and their digest.
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) bytes: Bytes,
}

/// Why a package gives no artifact.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// A file of the package cannot be read again.
    #[error("cannot read {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// What is written there cannot be written as JSON.
    #[error("{}: {why}", file.display())]
    NotJson {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: String,
    },
    /// The moment of its making is none.
    #[error(transparent)]
    Epoch(#[from] InvalidEpoch),
}

impl Artifact {
    /// The artifact of a package. The same files and the same SOURCE_DATE_EPOCH
    /// give the same bytes: no time of the build, no name of the machine.
    pub(super) fn of(folder: &PluginFolder, package: &Package) -> Result<Self, ArtifactError> {
        let declared = declared(folder, package)?;
        let author = annotations::author(&package.root());
        let annotations = annotations::of(&package.contents.manifest, &declared, &author)?;
        let config = Blob::of(declared.to_string().into_bytes());
        let layer = Blob::of(package.packed.bytes.clone());
        let manifest = OciImageManifest {
            schema_version: 2,
            media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
            artifact_type: Some(PLUGIN.to_owned()),
            config: config.descriptor(MANIFEST),
            layers: vec![layer.descriptor(PACKAGE)],
            annotations: Some(annotations),
            subject: None,
        };
        let manifest = serde_json::to_vec(&manifest).expect("a manifest is JSON");
        Ok(Self { config, layer, manifest: manifest.into() })
    }

    /// The digest that references name.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

impl Blob {
    fn of(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), bytes: bytes.into() }
    }

    fn descriptor(&self, media_type: &str) -> OciDescriptor {
        OciDescriptor {
            media_type: media_type.to_owned(),
            digest: self.digest.to_string(),
            size: i64::try_from(self.bytes.len()).expect("a package is bounded"),
            ..OciDescriptor::default()
        }
    }
}

/// The plugin's manifest as its author wrote it, as JSON.
fn declared(folder: &PluginFolder, package: &Package) -> Result<Value, ArtifactError> {
    let root = package.root();
    let file = FILE_NAMES.map(|name| root.join(name)).into_iter().find(|file| file.is_file());
    let read = fs::read_to_string(file.unwrap_or(root));
    let file = folder.manifest_file().to_owned();
    let text = read.map_err(|source| ArtifactError::Io { file: file.clone(), source })?;
    serde_saphyr::from_str(&text).map_err(|error| ArtifactError::NotJson { file, why: error.to_string() })
}
