//! What is pushed: Davit's own artifacts, and others.

use std::collections::BTreeMap;
use std::fs;

use davit_plugin::Digest;
use davit_plugin::package::{PackOptions, pack};
use serde_json::{Value, json};

use crate::folder::Folder;

/// A plugin's artifact (interfaces §7).
const PLUGIN: &str = "application/vnd.davit.plugin.v1";
/// The configuration of such an artifact: its manifest as JSON.
const MANIFEST: &str = "application/vnd.davit.plugin.manifest.v1+json";
/// The layer of such an artifact.
const PACKAGE: &str = "application/vnd.davit.plugin.package.v1.tar+gzip";
/// A layer of an ordinary image, which plain archives are pushed as.
const TAR_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// The configuration of an artifact that has none (OCI image specification).
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Bytes with their media type.
#[derive(Debug, Clone)]
pub struct Blob {
    /// What they are.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// An artifact before it is pushed. Tests change it as they like.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// What it says it is.
    pub artifact_type: Option<String>,
    /// Its configuration.
    pub config: Blob,
    /// Its layers.
    pub layers: Vec<Blob>,
    /// The annotations of its manifest.
    pub annotations: BTreeMap<String, String>,
}

impl Blob {
    /// A package as Davit pushes it.
    pub fn package(bytes: Vec<u8>) -> Self {
        Self { media_type: PACKAGE.to_owned(), bytes }
    }

    /// A layer of an ordinary image.
    pub fn tar_gzip(bytes: Vec<u8>) -> Self {
        Self { media_type: TAR_GZIP.to_owned(), bytes }
    }

    /// The digest of its bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    fn descriptor(&self) -> Value {
        json!({"mediaType": self.media_type, "digest": self.digest(), "size": self.bytes.len()})
    }
}

impl Artifact {
    /// A plugin's folder, packed as Davit packs it.
    pub fn plugin(folder: &Folder) -> Self {
        let packed = pack(folder.path(), &PackOptions::default()).expect("the folder is a plugin");
        let text = fs::read_to_string(folder.path().join("manifest.yaml")).expect("the manifest is there");
        let manifest: Value = serde_saphyr::from_str(&text).expect("the manifest is YAML");
        Self {
            artifact_type: Some(PLUGIN.to_owned()),
            config: Blob { media_type: MANIFEST.to_owned(), bytes: manifest.to_string().into_bytes() },
            layers: vec![Blob::package(packed.bytes)],
            annotations: BTreeMap::new(),
        }
    }

    /// Any layers, as `oras push` sends them.
    pub fn plain(layers: Vec<Blob>) -> Self {
        Self {
            artifact_type: Some("application/vnd.example.archive".to_owned()),
            config: Blob { media_type: EMPTY.to_owned(), bytes: b"{}".to_vec() },
            layers,
            annotations: BTreeMap::new(),
        }
    }

    /// Its manifest, the bytes that the registry keeps under the tag.
    pub fn manifest(&self) -> Vec<u8> {
        let layers: Vec<Value> = self.layers.iter().map(Blob::descriptor).collect();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": super::push::OCI_MANIFEST,
            "config": self.config.descriptor(),
            "layers": layers,
            "annotations": self.annotations,
        });
        if let Some(artifact_type) = &self.artifact_type {
            manifest["artifactType"] = json!(artifact_type);
        }
        manifest.to_string().into_bytes()
    }
}
