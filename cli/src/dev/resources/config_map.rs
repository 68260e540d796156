//! In: a ConfigMap and the paths of its keys. Out: files in a folder.

use std::fs;
use std::path::Path;

use davit_crds::{ConfigMapItem, ConfigMapSource};
use davit_plugin::PackagePath;
use davit_plugin::reason::Problem;
use k8s_openapi::api::core::v1::ConfigMap;

use super::fetch::invalid;

/// Writes the keys that the source names, or all of them, as files.
pub(super) fn write(source: &ConfigMapSource, found: &ConfigMap, folder: &Path) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    for ConfigMapItem { key, path } in items(source, found) {
        let bytes = bytes(found, &key).ok_or_else(|| {
            invalid(&format!("the ConfigMap {} has no key {key}, which spec.source names", source.name))
        })?;
        let path: PackagePath = path.parse().map_err(|error| invalid(&error))?;
        let file = path.on_disk(folder);
        let written = fs::create_dir_all(folder.join(path.folder())).and_then(|()| fs::write(&file, bytes));
        written.map_err(|error| unwritable(&file, &error))?;
    }
    Ok(())
}

fn items(source: &ConfigMapSource, found: &ConfigMap) -> Vec<ConfigMapItem> {
    if !source.items.is_empty() {
        return source.items.clone();
    }
    let text = found.data.iter().flatten().map(|(key, _)| key);
    let binary = found.binary_data.iter().flatten().map(|(key, _)| key);
    text.chain(binary).map(|key| ConfigMapItem { key: key.clone(), path: key.clone() }).collect()
}

fn bytes<'a>(found: &'a ConfigMap, key: &str) -> Option<&'a [u8]> {
    let text = found.data.as_ref().and_then(|data| Some(data.get(key)?.as_bytes()));
    text.or_else(|| Some(&found.binary_data.as_ref()?.get(key)?.0))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    invalid(&format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use k8s_openapi::ByteString;

    use super::*;

    fn found() -> ConfigMap {
        ConfigMap {
            data: Some([("manifest.yaml".to_owned(), "name: a\n".to_owned())].into()),
            binary_data: Some([("plugin".to_owned(), ByteString(b"\xff".to_vec()))].into()),
            ..ConfigMap::default()
        }
    }

    fn source(items: &[(&str, &str)]) -> ConfigMapSource {
        let item =
            |(key, path): &(&str, &str)| ConfigMapItem { key: (*key).to_owned(), path: (*path).to_owned() };
        ConfigMapSource { name: "files".to_owned(), items: items.iter().map(item).collect() }
    }

    #[test]
    fn every_key_is_a_file_or_those_that_are_named() {
        let folder = tempfile::tempdir().unwrap();
        write(&source(&[]), &found(), folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("plugin")).unwrap(), b"\xff");
        let folder = tempfile::tempdir().unwrap();
        write(&source(&[("plugin", "dist/plugin.js")]), &found(), folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("dist/plugin.js")).unwrap(), b"\xff");
        assert!(!folder.path().join("manifest.yaml").exists());
    }

    #[test]
    fn nothing_is_written_beside_the_folder_and_no_key_is_made_up() {
        let folder = tempfile::tempdir().unwrap();
        for (items, says) in [([("plugin", "../x")], "../x"), ([("gone", "x")], "has no key gone")] {
            let inner = folder.path().join("inner");
            let problem = write(&source(&items), &found(), &inner).unwrap_err();
            assert!(problem.message.contains(says), "{problem}");
        }
        assert!(!folder.path().join("x").exists());
    }
}
