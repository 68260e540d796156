//! The files that are made from the types: the CRDs as YAML, and the reference.

mod columns;
mod conditions;
mod fields;
mod json;
mod markdown;
mod resource;
mod rules;
mod yaml;

use crate::definitions::definitions;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The CRDs, for `config/crd`.
pub fn manifests() -> Vec<File> {
    let file = |definition| File { name: yaml::name(&definition), text: yaml::text(&definition) };
    definitions().into_iter().map(file).collect()
}

/// The reference, for `docs/reference`.
pub fn reference() -> Vec<File> {
    let [plugin, runtime] = definitions();
    vec![
        File { name: "plugin.md".to_owned(), text: resource::page(&plugin) },
        File { name: "plugin-runtime.md".to_owned(), text: resource::page(&runtime) },
        File { name: "conditions.md".to_owned(), text: conditions::page() },
    ]
}
