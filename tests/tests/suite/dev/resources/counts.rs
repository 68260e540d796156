//! The resource's word counts, and not the manifest's.

use serde_json::json;

use super::{CODE, Scene, answering, answers, is, of_config_map};

#[tokio::test]
async fn a_change_of_the_configuration_goes_live() {
    let scene = Scene::new();
    drop(scene.plugins.plugin("shop", "greeting: from the manifest\n", CODE));
    scene.save(&[of_config_map("shop", json!({"config": {"greeting": "hello"}}))]);
    let server = scene.start().await;
    answers(&server, "/shop", "hello").await;
    for greeting in ["good day", "good night"] {
        scene.save(&[of_config_map("shop", json!({"config": {"greeting": greeting}}))]);
        answers(&server, "/shop", greeting).await;
    }
    scene.save(&[of_config_map("shop", json!({}))]);
    answers(&server, "/shop", "from the manifest").await;
}

#[tokio::test]
async fn only_the_resource_opens_routes() {
    let scene = Scene::new();
    drop(scene.plugins.plugin("shop", "publicRoutes: [/own]\n", CODE));
    scene.save(&[of_config_map("shop", json!({"publicRoutes": {"GET": ["/granted"]}}))]);
    let server = scene.start().await;
    is(&server, "/shop/granted", 200).await;
    is(&server, "/shop/own", 401).await;
    scene.save(&[of_config_map("shop", json!({"publicRoutes": {"GET": ["/own"]}}))]);
    is(&server, "/shop/own", 200).await;
    is(&server, "/shop/granted", 401).await;
}

#[tokio::test]
async fn a_plugin_that_nobody_declares_follows_its_manifest() {
    let scene = Scene::new();
    drop(scene.plugins.plugin("shop", "", CODE));
    drop(scene.plugins.plugin("cart", "publicRoutes: [/own]\n", CODE));
    scene.save(&[of_config_map("shop", json!({}))]);
    let server = scene.start().await;
    is(&server, "/cart/own", 200).await;
}

#[tokio::test]
async fn its_base_counts_and_it_turns_the_plugin_on_and_off() {
    let scene = Scene::new();
    drop(scene.plugins.plugin("shop", "enabled: false\n", CODE));
    scene.save(&[of_config_map("shop", json!({"base": "/store"}))]);
    let server = scene.start().await;
    answers(&server, "/store", "none").await;
    is(&server, "/shop", 404).await;
    scene.save(&[of_config_map("shop", json!({"base": "/store", "enabled": false}))]);
    is(&server, "/store", 404).await;
    server.logs().line("[Disabled]").await;
}

#[tokio::test]
async fn its_dependencies_count() {
    let scene = Scene::new();
    drop(scene.plugins.plugin("shop", "", CODE));
    let needs = of_config_map("shop", json!({"dependencies": [{"name": "stock"}]}));
    scene.save(std::slice::from_ref(&needs));
    let server = scene.start().await;
    server.logs().line("[DependencyMissing]").await;
    scene.save(&[needs, answering("stock", "in stock"), of_config_map("stock", json!({}))]);
    answers(&server, "/shop", "none").await;
    answers(&server, "/stock", "in stock").await;
}

#[tokio::test]
async fn a_suspended_plugin_stays_as_it_is() {
    let scene = Scene::new();
    scene.save(&[answering("shop", "before"), of_config_map("shop", json!({}))]);
    let server = scene.start_alone().await;
    answers(&server, "/shop", "before").await;
    scene.save(&[answering("shop", "after"), of_config_map("shop", json!({"suspend": true}))]);
    // The other plugin shows that the file has been read.
    scene.save(&[
        answering("shop", "after"),
        of_config_map("shop", json!({"suspend": true})),
        answering("cart", "cart"),
        of_config_map("cart", json!({})),
    ]);
    answers(&server, "/cart", "cart").await;
    assert_eq!(server.text("/shop").await, "before");
    scene.save(&[answering("shop", "after"), of_config_map("shop", json!({}))]);
    answers(&server, "/shop", "after").await;
}
