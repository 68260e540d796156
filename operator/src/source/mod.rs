//! Where packages come from. Each source says which bytes it names, and then
//! gives them.

mod config_map;
mod error;
pub mod oci;

use std::path::Path;

use bytes::Bytes;
use davit_crds::{Plugin, SourceRef};
use davit_plugin::Reason;
use jiff::Timestamp;
use k8s_openapi::NamespaceResourceScope;
use kube::{Api, Client, ResourceExt as _};
use serde::de::DeserializeOwned;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;

use crate::artifact::Resolved;
use oci::Registries;

pub use error::SourceError;

/// How many sources wait for the API server's answer at the same time.
static API_SERVER: Semaphore = Semaphore::const_new(16);

/// The bytes that a source names now, and how to get them. Only
/// [`resolve`] makes it.
pub struct Located {
    /// Which bytes.
    pub resolved: Resolved,
    place: Place,
}

/// Where the bytes are.
enum Place {
    Registry(Box<oci::Remote>),
    /// They came with the answer.
    Here(Bytes),
}

/// Asks a Plugin's source which bytes it names. What has to be made of files for
/// that is made below `scratch`.
pub async fn resolve(
    plugin: &Plugin,
    client: &Client,
    registries: &Registries,
    scratch: &Path,
) -> Result<Located, SourceError> {
    let namespace = plugin.namespace().unwrap_or_default();
    let source = plugin.spec.source.parse();
    let source = source.map_err(|error| SourceError::new(Reason::ReferenceInvalid, error.to_string()))?;
    let (digest, reference, place) = match source {
        SourceRef::Oci(source) => {
            let remote = oci::resolve(source, &namespace, client, registries).await?;
            (remote.digest(), remote.reference(), Place::Registry(Box::new(remote)))
        }
        SourceRef::ConfigMap(source) => {
            let packed = config_map::resolve(source, &namespace, client, scratch).await?;
            (packed.digest, config_map::reference(source), Place::Here(packed.bytes.into()))
        }
    };
    Ok(Located { resolved: Resolved { digest, reference, time: Timestamp::now() }, place })
}

/// Whether a resource's source is the place of which a status says that it named
/// certain bytes; by a tag alone nobody can tell which one it was.
pub fn is_place_of(plugin: &Plugin, reference: &str) -> bool {
    match plugin.spec.source.parse() {
        Ok(SourceRef::Oci(source)) => {
            source.reference.parse().is_ok_and(|named: oci::OciReference| match named.digest() {
                Some(digest) => named.at(digest) == reference,
                None => reference.strip_prefix(&named.place()).is_some_and(|rest| rest.starts_with('@')),
            })
        }
        Ok(SourceRef::ConfigMap(source)) => config_map::reference(source) == reference,
        Err(_) => false,
    }
}

/// Whether a source names bytes by their digest, so that it names them for ever.
pub fn is_pinned(plugin: &Plugin) -> bool {
    let oci = plugin.spec.source.oci.as_ref();
    oci.and_then(|oci| oci.reference.parse::<oci::OciReference>().ok())
        .is_some_and(|named| named.digest().is_some())
}

/// One object of the API server, if it is there.
async fn object<K>(client: &Client, namespace: &str, name: &str) -> Result<Option<K>, kube::Error>
where
    K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    K: Clone + std::fmt::Debug + DeserializeOwned,
{
    let _turn = API_SERVER.acquire().await;
    Api::namespaced(client.clone(), namespace).get_opt(name).await
}

impl Located {
    /// Fetches the bytes into `file`. They are not hashed yet.
    pub async fn fetch(&self, file: &mut File) -> Result<(), SourceError> {
        match &self.place {
            Place::Registry(remote) => remote.fetch(file).await,
            Place::Here(bytes) => {
                let written = async {
                    file.write_all(bytes).await?;
                    file.flush().await
                };
                Ok(written.await.map_err(oci::OciError::Io)?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn plugin(source: &Value) -> Plugin {
        let plugin = json!({
            "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin",
            "metadata": { "name": "a" }, "spec": { "source": source },
        });
        serde_json::from_value(plugin).unwrap()
    }

    #[test]
    fn tells_the_place_that_a_status_speaks_of() {
        let (one, other) = (format!("sha256:{}", "a".repeat(64)), format!("sha256:{}", "b".repeat(64)));
        let oci = |reference: &str| plugin(&json!({ "oci": { "reference": reference } }));
        let map = plugin(&json!({ "configMap": { "name": "c" } }));
        let table = [
            (oci("r.test/a:1"), format!("r.test/a@{one}"), true),
            (oci("r.test/a:1"), format!("r.test/ab@{one}"), false),
            (oci("hello:1"), format!("docker.io/library/hello@{one}"), true),
            (oci(&format!("r.test/a@{one}")), format!("r.test/a@{one}"), true),
            (oci(&format!("r.test/a@{one}")), format!("r.test/a@{other}"), false),
            (map.clone(), "configmap/c".to_owned(), true),
            (map, "configmap/d".to_owned(), false),
        ];
        for (plugin, reference, same) in table {
            assert_eq!(is_place_of(&plugin, &reference), same, "{reference}");
        }
        assert!(is_pinned(&oci(&format!("r.test/a:1@{one}"))) && !is_pinned(&oci("r.test/a:1")));
    }
}
