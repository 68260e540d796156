//! What is in the files, and what is wrong in them.

use std::fs;

use davit_tests::server::Start;
use serde_json::json;

use super::{Scene, answering, answers, is, of_config_map, plugin};

#[tokio::test]
async fn broken_yaml_is_told_once_and_what_serves_goes_on() {
    let scene = Scene::new();
    let good = [answering("shop", "here"), of_config_map("shop", json!({}))];
    scene.save(&good);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "here").await;
    for (text, says) in [
        ("a: [\n", "resources.yaml: "),
        ("", "it holds no resource"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "Pod p (v1) has no meaning here"),
    ] {
        scene.save_text(text);
        let line = server.logs().line(says).await;
        assert!(line.contains("✗") && line.ends_with("what was read before goes on"), "{line}");
        assert_eq!(server.text("/shop").await, "here");
    }
    scene.save(&good);
    server.logs().line("the resources are read again").await;
    scene.save(&[answering("shop", "there"), of_config_map("shop", json!({}))]);
    answers(&server, "/shop", "there").await;
}

#[tokio::test]
async fn it_does_not_start_with_files_that_mean_nothing() {
    let scene = Scene::new();
    let invalid = plugin("shop", json!({"source": {}})).to_string();
    let table = [
        ("kind: Pod\napiVersion: v1\nmetadata: {name: p}\n", "has no meaning here"),
        (invalid.as_str(), "spec.source names no source"),
    ];
    for (text, says) in table {
        scene.save_text(text);
        let (code, printed) = Start::dev(&scene.file()).ended().await;
        assert!(code == Some(1) && printed.contains(says), "{printed}");
    }
    let neither = scene.files.path().join("notes.txt");
    fs::write(&neither, "").unwrap();
    let (code, printed) = Start::dev(&neither).ended().await;
    assert!(code == Some(1) && printed.contains("neither a folder nor a .yaml file"), "{printed}");
}

#[tokio::test]
async fn runtimes_and_namespaces_are_let_through() {
    let scene = Scene::new();
    scene.save(&[
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plugins"}}),
        json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "metadata": {"name": "default"}, "spec": {}}),
        answering("shop", "here"),
        of_config_map("shop", json!({})),
    ]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "here").await;
}

#[tokio::test]
async fn of_two_plugins_of_one_name_the_second_is_told() {
    let scene = Scene::new();
    let named = |resource: &str, base: &str| {
        plugin(resource, json!({"name": "shop", "base": base, "source": {"configMap": {"name": "shop"}}}))
    };
    scene.save(&[answering("shop", "here"), named("first", "/first"), named("second", "/second")]);
    let server = scene.start_alone().await;
    answers(&server, "/first", "here").await;
    let line = server.logs().line("[NameTaken]").await;
    assert!(line.contains("✗ second") && line.contains("the Plugin first is named shop too"), "{line}");
    is(&server, "/second", 404).await;
}

#[tokio::test]
async fn a_plugin_that_is_taken_out_of_the_file_ends() {
    let scene = Scene::new();
    let both = [
        answering("shop", "shop"),
        of_config_map("shop", json!({})),
        answering("cart", "cart"),
        of_config_map("cart", json!({})),
    ];
    scene.save(&both);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "shop").await;
    answers(&server, "/cart", "cart").await;
    scene.save(&both[..2]);
    is(&server, "/cart", 404).await;
    assert_eq!(server.text("/shop").await, "shop");
}
