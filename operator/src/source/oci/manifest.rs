//! In: a reference. Out: which package it names. Asks the registry for one
//! manifest.

use davit_plugin::Digest;
use davit_plugin::package::Limits;
use serde::Deserialize;

use super::answer::{BodyError, body, unanswered};
use super::{OciError, OciReference, Registry, limits, media};

/// A package in a registry. Only this stage makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The digest of the manifest: what the tag named.
    pub manifest: Digest,
    /// The digest of the package.
    pub digest: Digest,
    /// The bytes of the package, as the manifest says.
    pub size: u64,
}

/// What matters of a manifest or an index. The `urls` of a layer are left aside:
/// whoever can push could let the operator fetch from anywhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    #[serde(default)]
    layers: Vec<Layer>,
    manifests: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
    size: u64,
}

impl Registry {
    /// Asks which package a reference names.
    pub async fn resolve(&self, reference: &OciReference) -> Result<Package, OciError> {
        resolve(self, reference).await
    }
}

async fn resolve(registry: &Registry, reference: &OciReference) -> Result<Package, OciError> {
    let _turn = registry.turn().await?;
    let what = format!("{reference}{}", reference.assumed());
    let (path, accept) = (format!("manifests/{}", reference.version_text()), media::accept());
    let asked = registry.get(reference.repository(), &path, &accept, &what);
    let response = match tokio::time::timeout(limits::REQUEST, asked).await.map_err(|_| late(registry))? {
        Err(OciError::NotFound { registry: host, what }) => {
            let which = missing(registry, reference).await;
            return Err(OciError::NotFound { registry: host, what: format!("{what}{which}") });
        }
        response => response?,
    };
    let read = tokio::time::timeout(limits::REQUEST, body(response, limits::MANIFEST));
    let bytes = read.await.map_err(|_| late(registry))?.map_err(|error| match error {
        BodyError::TooLarge => {
            OciError::TooLarge { reference: reference.to_string(), what: "manifest", limit: limits::MANIFEST }
        }
        BodyError::Broken(error) => unanswered(registry.host(), &error),
    })?;
    let manifest = Digest::of(&bytes);
    if let Some(expected) = reference.digest().filter(|expected| *expected != manifest) {
        let registry = registry.host().to_owned();
        return Err(OciError::DigestMismatch { registry, expected, found: manifest.to_string() });
    }
    package(&bytes, manifest, reference)
}

/// Whether it is the version that is missing or the whole repository, as far as
/// the registry says so: many answer the same to both.
async fn missing(registry: &Registry, reference: &OciReference) -> &'static str {
    let tags = registry.get(reference.repository(), "tags/list?n=1", "application/json", "");
    match tokio::time::timeout(limits::REQUEST, tags).await {
        Ok(Ok(_)) => ", though it has the repository",
        Ok(Err(OciError::NotFound { .. })) => ": it does not know the repository",
        Ok(Err(_)) | Err(_) => "",
    }
}

fn late(registry: &Registry) -> OciError {
    let why = format!("it has not answered within {} s", limits::REQUEST.as_secs());
    OciError::Unreachable { registry: registry.host().to_owned(), why, retry_after: None }
}

fn package(bytes: &[u8], manifest: Digest, reference: &OciReference) -> Result<Package, OciError> {
    let wrong = |why: String| OciError::Manifest { reference: reference.to_string(), why };
    let parsed: Manifest =
        serde_json::from_slice(bytes).map_err(|error| wrong(format!("its manifest: {error}")))?;
    if parsed.schema_version != 2 {
        return Err(wrong(format!("its manifest has the schema version {}, not 2", parsed.schema_version)));
    }
    if parsed.manifests.is_some() || parsed.media_type.as_deref().is_some_and(media::is_index) {
        return Err(wrong(
            "it is an image index, a list of several artifacts: name one of them by its digest, or push one package"
                .to_owned(),
        ));
    }
    let layer = only_archive(&parsed.layers).map_err(wrong)?;
    let digest = layer.digest.parse().map_err(|error| wrong(format!("its layer: {error}")))?;
    let limit = Limits::default().packed;
    if layer.size > limit {
        return Err(OciError::TooLarge { reference: reference.to_string(), what: "package", limit });
    }
    Ok(Package { manifest, digest, size: layer.size })
}

/// The one layer that is an archive.
fn only_archive(layers: &[Layer]) -> Result<&Layer, String> {
    let of =
        |fits: fn(&str) -> bool| layers.iter().filter(|layer| fits(&layer.media_type)).collect::<Vec<_>>();
    let mut archives = of(media::is_tar_gzip);
    if archives.is_empty() {
        archives = of(media::may_be_archive);
    }
    match archives[..] {
        [layer] => Ok(layer),
        [] => Err(format!(
            "none of its {} layers is a gzip'd tar: push the folder with `davit push`, or one .tgz with `oras push`",
            layers.len()
        )),
        _ => Err(format!(
            "{} of its layers are archives, so it looks like an image: push the folder with `davit push`",
            archives.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const PACKAGE: &str = "application/vnd.davit.plugin.package.v1.tar+gzip";

    fn layer(media_type: &str, size: u64) -> Value {
        json!({ "mediaType": media_type, "digest": Digest::of(b"package"), "size": size, "urls": ["http://10.0.0.1/"] })
    }

    fn read(manifest: &Value) -> Result<Package, OciError> {
        let bytes = manifest.to_string().into_bytes();
        package(&bytes, Digest::of(&bytes), &"r.test/a:1".parse().unwrap())
    }

    #[test]
    fn takes_the_one_archive_whoever_pushed_it() {
        let types = [
            PACKAGE,
            "application/vnd.oci.image.layer.v1.tar+gzip",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.oci.image.layer.v1.tar",
        ];
        for media_type in types {
            let beside = layer("text/markdown", 1);
            let found =
                read(&json!({ "schemaVersion": 2, "layers": [beside, layer(media_type, 7)] })).unwrap();
            assert_eq!((found.digest, found.size), (Digest::of(b"package"), 7), "{media_type}");
        }
    }

    #[test]
    fn says_what_else_it_is() {
        let (one, other) = (layer(PACKAGE, 1), layer("application/vnd.oci.image.layer.v1.tar+gzip", 1));
        let sha512 = json!({ "mediaType": PACKAGE, "digest": "sha512:00", "size": 1 });
        let table = [
            (json!({ "schemaVersion": 2, "layers": [one, other] }), "2 of its layers are archives"),
            (json!({ "schemaVersion": 2, "layers": [layer("text/plain", 1)] }), "none of its 1 layers"),
            (json!({ "schemaVersion": 2, "manifests": [] }), "image index"),
            (json!({ "schemaVersion": 1, "layers": [] }), "schema version 1"),
            (json!({ "schemaVersion": 2, "layers": [sha512] }), "is not a digest"),
            (json!([]), "its manifest:"),
        ];
        for (manifest, says) in table {
            let error = read(&manifest).unwrap_err();
            assert!(
                matches!(&error, OciError::Manifest { .. }) && error.to_string().contains(says),
                "{error}"
            );
        }
        let huge = read(&json!({ "schemaVersion": 2, "layers": [layer(PACKAGE, 101 << 20)] }));
        assert!(matches!(huge, Err(OciError::TooLarge { .. })));
    }
}
