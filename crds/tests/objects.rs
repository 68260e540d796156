//! The samples and the objects that the API server takes are what the types read.
//! `objects/bad` is for the suite, which shows them to a real API server; so is
//! `objects/good`. In `bad`, the first line is `# refused: ` and a part of the
//! server's message, and only the file's last object is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use davit_crds::{Plugin, PluginRuntime, SourceRef};
use davit_plugin::contents::Listing;
use serde_json::Value;

fn files(folder: &str) -> Vec<(PathBuf, Vec<Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = |path: &PathBuf| serde_saphyr::from_multiple(&fs::read_to_string(path).unwrap()).unwrap();
    let files: Vec<_> = paths.map(|path| (path.clone(), documents(&path))).collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// Reads an object of ours, and shows that nothing is lost on the way back.
fn assert_read(path: &Path, object: &Value) {
    let back = match object["kind"].as_str().unwrap() {
        "Plugin" => serde_json::from_value::<Plugin>(object.clone()).map(serde_json::to_value),
        "PluginRuntime" => serde_json::from_value::<PluginRuntime>(object.clone()).map(serde_json::to_value),
        _ => return,
    };
    let back = back.unwrap_or_else(|error| panic!("{}: {error}", path.display())).unwrap();
    assert_kept(&object["spec"], &back["spec"], &path.display().to_string());
}

/// Everything of `from` is in `to`, apart from numbers that became quantities and
/// from what is empty.
fn assert_kept(from: &Value, to: &Value, at: &str) {
    match (from, to) {
        (Value::Object(from), to) => {
            for (key, value) in from {
                assert_kept(value, &to[key], &format!("{at}: {key}"));
            }
        }
        (Value::Array(from), Value::Array(to)) if from.len() == to.len() => {
            from.iter().zip(to).for_each(|(from, to)| assert_kept(from, to, at));
        }
        (Value::Number(number), Value::String(text)) => assert_eq!(number.to_string(), *text, "{at}"),
        (from, to) => assert_eq!(from, to, "{at}"),
    }
}

#[test]
fn the_types_read_every_object_that_the_api_server_takes() {
    for (path, documents) in files("tests/objects/good") {
        let nulls = path.to_string_lossy().contains("null");
        documents.iter().filter(|_| !nulls).for_each(|object| assert_read(&path, object));
    }
}

#[test]
fn every_bad_object_names_its_refusal() {
    for (path, documents) in files("tests/objects/bad") {
        let text = fs::read_to_string(&path).unwrap();
        let says = text.lines().next().and_then(|line| line.strip_prefix("# refused: "));
        assert!(says.is_some_and(|says| !says.is_empty()) && !documents.is_empty(), "{}", path.display());
    }
}

#[test]
fn the_types_read_every_sample() {
    for (path, documents) in files("../config/samples") {
        documents.iter().for_each(|object| assert_read(&path, object));
    }
}

#[test]
fn the_config_map_of_the_sample_is_the_plugin_that_the_sample_names() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/samples/plugin-config-map.yaml");
    let documents: Vec<Value> = serde_saphyr::from_multiple(&fs::read_to_string(path).unwrap()).unwrap();
    let [config_map, plugin] = &documents[..] else { panic!("a ConfigMap and a Plugin") };
    let plugin: Plugin = serde_json::from_value(plugin.clone()).unwrap();
    let Ok(SourceRef::ConfigMap(source)) = plugin.spec.source.parse() else { panic!("a ConfigMap") };
    assert_eq!(config_map["metadata"]["name"], source.name);

    let folder = tempfile::tempdir().unwrap();
    let data: BTreeMap<String, String> = serde_json::from_value(config_map["data"].clone()).unwrap();
    data.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    let listing = Listing::read(folder.path(), "clock").unwrap();
    assert_eq!(listing.name().unwrap().as_str(), plugin.metadata.name.unwrap());
    assert!(listing.contents(None).unwrap().code.is_some());
}
