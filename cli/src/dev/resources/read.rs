//! In: YAML files as `kubectl apply` takes them. Out: the resources in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use davit_crds::Plugin;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt as _;
use serde_json::Value;

/// A larger file is refused.
const MAX_SIZE: u64 = 16 << 20;

/// The resources of all files, by name. Namespaces play no part here.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Resources {
    pub(super) plugins: Vec<Plugin>,
    pub(super) config_maps: BTreeMap<String, ConfigMap>,
    pub(super) secrets: BTreeMap<String, Secret>,
}

/// A file that holds something else.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is too large.
    #[error("{} is larger than 16 MiB: split it", .0.display())]
    TooLarge(PathBuf),
    /// It is no YAML, or a resource in it is malformed.
    #[error("{}: {message}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong and where.
        message: String,
    },
}

impl Resources {
    /// Reads all files; of two resources of one name the later one counts.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, ReadError> {
        let mut all = Self::default();
        files.iter().try_for_each(|file| all.add(file))?;
        Ok(all)
    }

    fn add(&mut self, file: &Path) -> Result<(), ReadError> {
        let failed = |source| ReadError::Io { file: file.to_owned(), source };
        if fs::metadata(file).map_err(failed)?.len() > MAX_SIZE {
            return Err(ReadError::TooLarge(file.to_owned()));
        }
        let text = fs::read_to_string(file).map_err(failed)?;
        let malformed = |message: String| ReadError::Malformed { file: file.to_owned(), message };
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).map_err(|error| malformed(first_line(&error)))?;
        let documents: Vec<Value> = documents.into_iter().filter(|document| !document.is_null()).collect();
        if documents.is_empty() {
            // An editor may empty a file before it writes it: nothing is removed for that.
            return Err(malformed("it holds no resource: write one, or leave the file out".to_owned()));
        }
        documents.into_iter().try_for_each(|document| self.take(document)).map_err(malformed)
    }

    fn take(&mut self, document: Value) -> Result<(), String> {
        let word = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
        let name = document["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let (version, kind) = (word("apiVersion"), word("kind"));
        let wrong = |error: serde_json::Error| format!("{kind} {name}: {error}");
        match (version.as_str(), kind.as_str()) {
            (_, _) if name.is_empty() => return Err(format!("a {kind} has no metadata.name")),
            ("davit.dev/v1alpha1", "Plugin") => {
                let plugin: Plugin = serde_json::from_value(document).map_err(wrong)?;
                self.plugins.retain(|other| other.name_any() != plugin.name_any());
                self.plugins.push(plugin);
            }
            ("v1", "ConfigMap") => {
                self.config_maps.insert(name.clone(), serde_json::from_value(document).map_err(wrong)?);
            }
            ("v1", "Secret") => {
                self.secrets.insert(name.clone(), serde_json::from_value(document).map_err(wrong)?);
            }
            // There is one runtime here, and it is not made of pods.
            ("davit.dev/v1alpha1", "PluginRuntime") | ("v1", "Namespace") => {}
            _ => {
                return Err(format!(
                    "{kind} {name} ({version}) has no meaning here: only Plugin, ConfigMap and Secret have"
                ));
            }
        }
        Ok(())
    }
}

/// What is wrong, without the lines of the file that the parser shows below.
fn first_line(error: &serde_saphyr::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Resources, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.yaml");
        fs::write(&file, text).unwrap();
        Resources::read(&[file]).map_err(|error| error.to_string())
    }

    #[test]
    fn takes_what_kubectl_takes() {
        let all = read(
            "---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata: {manifest.yaml: 'name: a'}\n\
             ---\napiVersion: davit.dev/v1alpha1\nkind: Plugin\nmetadata: {name: a}\n\
             spec: {source: {configMap: {name: files}}}\n---\napiVersion: davit.dev/v1alpha1\nkind: PluginRuntime\n\
             metadata: {name: default}\nspec: {}\n",
        )
        .unwrap();
        assert_eq!((all.plugins.len(), all.config_maps.len(), all.secrets.len()), (1, 1, 0));
    }

    #[test]
    fn says_which_resource_is_malformed_or_means_nothing_here() {
        let table = [
            ("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "Pod p (v1) has no meaning here"),
            (
                "apiVersion: davit.dev/v1alpha1\nkind: Plugin\nmetadata: {name: a}\nspec: {}\n",
                "Plugin a: missing field",
            ),
            ("apiVersion: v1\nkind: ConfigMap\n", "a ConfigMap has no metadata.name"),
            ("a: [\n", "all.yaml: "),
            ("# nothing\n", "all.yaml: it holds no resource"),
        ];
        for (text, says) in table {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
