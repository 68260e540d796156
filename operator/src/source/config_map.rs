//! ConfigMaps: every key is a file, unless `items` says which are and where
//! (interfaces §3). Packed as `davit pack` packs, so that the digest changes with
//! the content alone.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use davit_crds::{ConfigMapItem, ConfigMapSource};
use davit_plugin::package::{PackError, PackOptions, Packed, pack};
use davit_plugin::{PackagePath, Reason};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;

use super::{SourceError, object};
use crate::artifact::TEMPORARY;

/// The files of a package by their paths.
type Files = BTreeMap<PackagePath, Vec<u8>>;

/// For people: where the bytes come from.
pub(super) fn reference(source: &ConfigMapSource) -> String {
    format!("configmap/{}", source.name)
}

/// Reads a ConfigMap and packs it, by way of files below `scratch`.
pub(super) async fn resolve(
    source: &ConfigMapSource,
    namespace: &str,
    client: &Client,
    scratch: &Path,
) -> Result<Packed, SourceError> {
    let name = source.name.clone();
    let map: Option<ConfigMap> = object(client, namespace, &name).await.map_err(|error| {
        let message = format!("the API server does not give the ConfigMap {name}: {error}");
        SourceError::new(Reason::RegistryUnreachable, message)
    })?;
    let map = map.ok_or_else(|| {
        SourceError::new(
            Reason::ConfigMapNotFound,
            format!("there is no ConfigMap {name} in this namespace: apply it"),
        )
    })?;
    let files = files(map, &source.items).map_err(|why| invalid(&name, &why))?;
    let scratch = scratch.to_owned();
    let packed = tokio::task::spawn_blocking(move || packed(&name, &files, &scratch)).await;
    packed.unwrap_or_else(|error| Err(disk(&io::Error::other(error))))
}

fn invalid(name: &str, why: &str) -> SourceError {
    SourceError::new(Reason::PackageInvalid, format!("the ConfigMap {name}: {why}"))
}

/// The operator's own disk: no fault of the package, and time may cure it.
fn disk(error: &io::Error) -> SourceError {
    SourceError::new(Reason::RegistryUnreachable, format!("the operator cannot pack a ConfigMap: {error}"))
}

fn files(map: ConfigMap, items: &[ConfigMapItem]) -> Result<Files, String> {
    let text = map.data.unwrap_or_default().into_iter().map(|(key, text)| (key, text.into_bytes()));
    let binary = map.binary_data.unwrap_or_default().into_iter().map(|(key, bytes)| (key, bytes.0));
    let keys: BTreeMap<String, Vec<u8>> = text.chain(binary).collect();
    let path = |text: &str| text.parse::<PackagePath>().map_err(|error| error.to_string());
    if items.is_empty() {
        return keys.into_iter().map(|(key, bytes)| Ok((path(&key)?, bytes))).collect();
    }
    let mut files = Files::new();
    for ConfigMapItem { key, path: to } in items {
        let bytes =
            keys.get(key).ok_or_else(|| format!("it has no key {key}, which `items` names: add it"))?;
        if files.insert(path(to)?, bytes.clone()).is_some() {
            return Err(format!("two `items` have the path {to}: remove one"));
        }
    }
    Ok(files)
}

fn packed(name: &str, files: &Files, scratch: &Path) -> Result<Packed, SourceError> {
    let folder =
        tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(scratch).map_err(|error| disk(&error))?;
    for (path, bytes) in files {
        write(folder.path(), path, bytes).map_err(|error| match error.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::AlreadyExists => {
                invalid(name, &format!("{path} is a file and a folder: give one another path"))
            }
            _ => disk(&error),
        })?;
    }
    pack(folder.path(), &PackOptions::default()).map_err(|error| match error {
        PackError::NoManifest { .. } => {
            invalid(name, "it has no manifest.yaml: add the key, or an item with that path")
        }
        PackError::Io { source, .. } => disk(&source),
        PackError::TooLarge { .. } | PackError::TooManyEntries { .. } => {
            SourceError::new(Reason::PackageTooLarge, format!("the ConfigMap {name}: {error}"))
        }
        PackError::Violation(_) | PackError::Changed { .. } => invalid(name, &error.to_string()),
    })
}

fn write(root: &Path, path: &PackagePath, bytes: &[u8]) -> io::Result<()> {
    let file = path.on_disk(root);
    fs::create_dir_all(file.parent().unwrap_or(root))?;
    fs::write(file, bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const MANIFEST: &str = "name: a\n";

    fn package(map: Value, items: Value) -> Result<Packed, String> {
        let map = serde_json::from_value(map).unwrap();
        let items: Vec<ConfigMapItem> = serde_json::from_value(items).unwrap();
        let files = files(map, &items)?;
        packed("c", &files, &std::env::temp_dir()).map_err(|error| error.problem.message)
    }

    #[test]
    fn the_digest_changes_with_the_content_alone() {
        let data = json!({ "manifest.yaml": MANIFEST, "plugin.js": "1" });
        let one = package(json!({ "data": data }), json!([])).unwrap();
        let meta = json!({ "labels": { "x": "y" }, "resourceVersion": "7" });
        let binary = json!({ "plugin.js": "MQ==" });
        let same = json!({ "metadata": meta, "data": { "manifest.yaml": MANIFEST }, "binaryData": binary });
        assert_eq!(package(same, json!([])).unwrap().digest, one.digest);
        let other = json!({ "data": { "manifest.yaml": MANIFEST, "plugin.js": "2" } });
        assert_ne!(package(other, json!([])).unwrap().digest, one.digest);
    }

    #[test]
    fn items_say_which_keys_are_files_and_where() {
        let map = json!({ "data": { "m": MANIFEST, "p": "1", "notes": "left out" } });
        let items =
            json!([{ "key": "m", "path": "manifest.yaml" }, { "key": "p", "path": "dist/plugin.js" }]);
        let packed = package(map.clone(), items).unwrap();
        // Both files and the folder of one.
        assert_eq!(packed.entries, 3);
        let table = [
            (json!([{ "key": "gone", "path": "a" }]), "no key gone"),
            (json!([{ "key": "m", "path": "../a" }]), "is not a path"),
            (json!([{ "key": "m", "path": "a" }, { "key": "p", "path": "a" }]), "two `items`"),
            (json!([{ "key": "m", "path": "a" }, { "key": "p", "path": "a/b" }]), "a file and a folder"),
            (json!([{ "key": "p", "path": "plugin.js" }]), "no manifest.yaml"),
        ];
        for (items, says) in table {
            let error = package(map.clone(), items).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_package(path in "[./a-c]{1,12}") {
            let map = json!({ "data": { "m": MANIFEST } });
            let items = vec![ConfigMapItem { key: "m".into(), path: path.clone() }];
            if let Ok(files) = files(serde_json::from_value(map).unwrap(), &items) {
                let root = tempfile::tempdir().unwrap();
                let inner = root.path().join("inner");
                std::fs::create_dir(&inner).unwrap();
                for (path, bytes) in &files {
                    write(&inner, path, bytes).unwrap();
                }
                prop_assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
                prop_assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
            }
        }
    }
}
