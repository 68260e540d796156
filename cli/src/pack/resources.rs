//! In: a package's manifest and files. Out: YAML with the ConfigMap that holds
//! them and the Plugin that is made of it.

use std::collections::BTreeMap;

use davit_crds::{ConfigMapItem, ConfigMapSource, Plugin, PluginPermissions, PluginSpec, RuntimeRef, Source};
use davit_plugin::{Manifest, PluginName};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::ObjectMeta;
use serde::Serialize;
use serde_json::Value;

use super::config_map::{Files, text as as_text};
use super::key::Keys;

/// The longest name of an object (RFC 1123 subdomain).
const MAX_NAME: usize = 253;

/// Both resources, in an order that can be applied at once.
pub(super) fn text(manifest: &Manifest, files: &Files) -> String {
    let name = object_name(&manifest.name);
    let (config_map, items) = config_map(&name, files);
    let plugin = plugin(&name, &manifest.name, items);
    format!("---\n{}---\n{}{}", yaml(&config_map), yaml(&plugin), asked(manifest))
}

fn yaml(object: &impl Serialize) -> String {
    // By way of JSON, so that fields without a value are left out.
    let value = serde_json::to_value(object).expect("a resource is JSON");
    serde_saphyr::to_string(&value).expect("JSON is YAML")
}

/// What needs no key and what the plugin may do is the administrator's to say: it
/// is shown, not granted.
fn asked(manifest: &Manifest) -> String {
    let json = |asked: Result<Value, _>| asked.unwrap_or_default();
    let routes = json(serde_json::to_value(&manifest.public_routes));
    let permissions = json(serde_json::to_value(&manifest.permissions));
    let table = [
        ("publicRoutes", "these routes to need no key", "open", routes),
        ("permissions", "these permissions", "grant", permissions),
    ];
    let is_something = |asked: &Value| asked.as_object().is_some_and(|asked| !asked.is_empty());
    let asked = table.into_iter().filter(|(.., asked)| is_something(asked));
    let shown = asked.map(|(field, what, open, asked)| {
        format!("  # The manifest asks for {what}; remove the # to {open} them.\n  # {field}: {asked}\n")
    });
    shown.collect()
}

/// The ConfigMap, and its keys with their paths unless they are the same.
fn config_map(name: &str, files: &Files) -> (ConfigMap, Vec<ConfigMapItem>) {
    let (mut keys, mut items) = (Keys::default(), Vec::new());
    let (mut data, mut binary) = (BTreeMap::new(), BTreeMap::new());
    // A path that is a key itself keeps it, whatever stands before it.
    let mut paths: Vec<(&String, &Vec<u8>)> = files.0.iter().collect();
    paths.sort_by_key(|(path, _)| path.contains('/'));
    for (path, bytes) in paths {
        let key = keys.of(path);
        items.push(ConfigMapItem { key: key.clone(), path: path.clone() });
        match as_text(bytes) {
            Some(text) => drop(data.insert(key, text.to_owned())),
            None => drop(binary.insert(key, ByteString(bytes.clone()))),
        }
    }
    if items.iter().all(|item| item.key == item.path) {
        items.clear();
    }
    let filled = |empty: bool| !empty;
    let config_map = ConfigMap {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        data: filled(data.is_empty()).then_some(data),
        binary_data: filled(binary.is_empty()).then_some(binary),
        immutable: None,
    };
    (config_map, items)
}

fn plugin(name: &str, own: &PluginName, items: Vec<ConfigMapItem>) -> Plugin {
    let config_map = ConfigMapSource { name: name.to_owned(), items };
    Plugin::new(
        name,
        PluginSpec {
            name: (own.as_str() != name).then(|| own.to_string()),
            runtime_ref: RuntimeRef::default(),
            source: Source { oci: None, config_map: Some(config_map) },
            base: None,
            dependencies: Vec::new(),
            public_routes: BTreeMap::new(),
            config: serde_json::Map::new(),
            env: Vec::new(),
            permissions: PluginPermissions::default(),
            enabled: true,
            suspend: false,
        },
    )
}

/// The name of both objects: `@acme/Hello_x` is `acme-hello-x`.
fn object_name(name: &PluginName) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = name.as_str().chars().map(plain).take(MAX_NAME).collect();
    let text = text.trim_matches('-');
    if text.is_empty() { "plugin".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn files(files: &[(&str, &[u8])]) -> Files {
        Files(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect())
    }

    fn read(text: &str) -> (ConfigMap, Plugin) {
        let mut documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        let plugin = serde_json::from_value(documents.pop().unwrap()).unwrap();
        let config_map = serde_json::from_value(documents.pop().unwrap()).unwrap();
        assert!(documents.is_empty());
        (config_map, plugin)
    }

    fn manifest(text: &str) -> Manifest {
        Manifest::parse("manifest.yaml", text).unwrap()
    }

    #[test]
    fn a_flat_plugin_needs_no_items_and_a_plain_name_is_not_repeated() {
        let files = files(&[("manifest.yaml", b"name: hello\n"), ("plugin.js", b"export default {};\n")]);
        let (config_map, plugin) = read(&text(&manifest("name: hello\n"), &files));
        assert_eq!(config_map.data.unwrap()["plugin.js"], "export default {};\n");
        assert_eq!((plugin.metadata.name.as_deref(), plugin.spec.name), (Some("hello"), None));
        let source = plugin.spec.source.config_map.unwrap();
        assert_eq!((source.name.as_str(), source.items.len()), ("hello", 0));
    }

    #[test]
    fn paths_binary_files_and_scopes_come_back() {
        let files = files(&[
            ("manifest.yaml", b"name: '@acme/hello'\n"),
            ("dist/plugin.js", b"1"),
            ("dist_plugin.js", b"2"),
            ("logo.png", b"\x89PNG\0"),
        ]);
        let (config_map, plugin) = read(&text(&manifest("name: '@acme/hello'\n"), &files));
        assert_eq!(config_map.metadata.name.as_deref(), Some("acme-hello"));
        assert_eq!(plugin.spec.name.as_deref(), Some("@acme/hello"));
        let (data, binary) = (config_map.data.unwrap(), config_map.binary_data.unwrap());
        assert_eq!(binary["logo.png"].0, b"\x89PNG\0");
        let items = plugin.spec.source.config_map.unwrap().items;
        let at = |path: &str| data[&items.iter().find(|item| item.path == path).unwrap().key].as_str();
        assert_eq!((at("dist/plugin.js"), at("dist_plugin.js"), items.len()), ("1", "2", 4));
    }

    #[test]
    fn routes_are_shown_and_not_granted() {
        let text = text(&manifest("name: a\npublicRoutes: {GET: [/open]}\n"), &files(&[]));
        assert!(read(&text).1.spec.public_routes.is_empty());
        assert!(text.contains("  # publicRoutes: {\"GET\":[\"/open\"]}"), "{text}");
        let uncommented = text.replace("# publicRoutes", "publicRoutes");
        assert_eq!(read(&uncommented).1.spec.public_routes["GET"], ["/open"]);
    }

    #[test]
    fn permissions_are_shown_and_not_granted() {
        let asking = manifest("name: a\ndavit: {permissions: {env: [LOG_LEVEL], authenticate: true}}\n");
        let text = text(&asking, &files(&[]));
        assert!(read(&text).1.spec.permissions.is_empty());
        let granted = read(&text.replace("# permissions", "permissions")).1.spec.permissions;
        assert_eq!((granted.env, granted.authenticate), (vec!["LOG_LEVEL".to_owned()], true));
    }

    #[test]
    fn names_are_names_of_objects() {
        let table = [("@acme/Hello_x", "acme-hello-x"), ("_", "plugin"), ("a.b", "a-b")];
        for (name, expected) in table {
            assert_eq!(object_name(&name.parse().unwrap()), expected);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back_as_it_was(content in "[ -~\n\t\r:#'\"|>ü\u{85}\u{2028}-]{0,200}") {
            let files = files(&[("file", content.as_bytes())]);
            let (config_map, _) = read(&text(&manifest("name: a\n"), &files));
            let text = config_map.data.and_then(|mut data| data.remove("file")).map(String::into_bytes);
            let binary = config_map.binary_data.and_then(|mut binary| binary.remove("file"));
            prop_assert_eq!(text.or(binary.map(|bytes| bytes.0)), Some(content.into_bytes()));
        }
    }
}
