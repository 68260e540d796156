//! Where packages come from: folders and ConfigMaps.

use davit_tests::wait::until;
use serde_json::json;

use super::{CODE, Scene, answering, answers, config_map, manifest, of_config_map, plugin};

#[tokio::test]
async fn a_config_map_serves_and_its_edit_goes_live() {
    let scene = Scene::new();
    let declared = of_config_map("shop", json!({}));
    scene.save(&[answering("shop", "0"), declared.clone()]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "0").await;
    for text in ["1", "2", "3"] {
        scene.save(&[answering("shop", text), declared.clone()]);
        answers(&server, "/shop", text).await;
    }
}

#[tokio::test]
async fn its_items_and_binary_data_are_files() {
    let scene = Scene::new();
    let mut files = config_map(
        "files",
        json!({
            "manifest": "name: '@acme/shop'\nbase: /shop\npluginEntry: dist/plugin.js\n",
            "code": "import text from './text.js';\nexport default { routes: { fetch: () => new Response(text) } };\n",
            "other": "not a part of it",
        }),
    );
    // `export default "bytes";`
    files["binaryData"] = json!({"text": "ZXhwb3J0IGRlZmF1bHQgImJ5dGVzIjs="});
    let item = |key: &str, path: &str| json!({"key": key, "path": path});
    let items =
        [item("manifest", "manifest.yaml"), item("code", "dist/plugin.js"), item("text", "dist/text.js")];
    let source = json!({"configMap": {"name": "files", "items": items}});
    scene.save(&[files, plugin("shop", json!({"name": "@acme/shop", "source": source}))]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "bytes").await;
}

#[tokio::test]
async fn a_config_map_that_is_missing_is_told_and_serves_once_it_is_there() {
    let scene = Scene::new();
    let declared = of_config_map("shop", json!({}));
    scene.save(std::slice::from_ref(&declared));
    let server = scene.start_alone().await;
    let line = server.logs().line("[ConfigMapNotFound]").await;
    assert!(line.contains("✗ shop  there is no ConfigMap shop: add it"), "{line}");
    scene.save(&[declared.clone(), answering("shop", "here")]);
    answers(&server, "/shop", "here").await;
    scene.save(&[declared]);
    server.logs().line("the last good version keeps serving [ConfigMapNotFound]").await;
    assert_eq!(server.text("/shop").await, "here");
}

#[tokio::test]
async fn a_folder_of_the_plugins_name_stands_in_for_its_source() {
    let scene = Scene::new();
    let shop = scene.plugins.plugin("folder", "greeting: from the folder\n", CODE);
    manifest(shop.path(), "name: shop\nbase: /shop\ngreeting: from the folder\n");
    scene.save(&[answering("shop", "from the source"), of_config_map("shop", json!({}))]);
    let server = scene.start().await;
    answers(&server, "/shop", "from the folder").await;
    // Another name, and it stands in no longer.
    manifest(shop.path(), "name: other\nbase: /other\n");
    answers(&server, "/shop", "from the source").await;
    answers(&server, "/other", "none").await;
    manifest(shop.path(), "name: shop\nbase: /shop\ngreeting: from the folder\n");
    answers(&server, "/shop", "from the folder").await;
    until("the folder alone", async || {
        let plugins = server.json("/_/api/plugins").await;
        (plugins.as_array()?.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_package_of_another_name_is_refused() {
    let scene = Scene::new();
    let source = json!({"configMap": {"name": "cart"}});
    scene.save(&[answering("cart", "here"), plugin("shop", json!({"source": source}))]);
    let server = scene.start_alone().await;
    let line = server.logs().line("[NameMismatch]").await;
    assert!(line.contains("✗ shop  the package's name is cart and not shop"), "{line}");
    super::is(&server, "/cart", 404).await;
}

#[tokio::test]
async fn a_config_map_that_is_no_plugin_says_where_and_keeps_what_serves() {
    let scene = Scene::new();
    let declared = of_config_map("shop", json!({}));
    scene.save(&[answering("shop", "here"), declared.clone()]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "here").await;
    let broken =
        config_map("shop", json!({"manifest.yaml": "name: shop\nversion: one\n", "plugin.js": CODE}));
    scene.save(&[broken, declared]);
    let line = server.logs().line("[ManifestInvalid]").await;
    assert!(line.contains("ConfigMap shop/manifest.yaml"), "{line}");
    assert_eq!(server.text("/shop").await, "here");
}
