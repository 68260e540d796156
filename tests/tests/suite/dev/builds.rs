//! When a build script runs again.

use std::fs;

use davit_tests::folder::Folder;
use davit_tests::server::Start;
use davit_tests::wait::until;
use davit_tests::{Plugins, Server};

/// A plugin whose script builds `src/plugin.js` beside its source, once for each
/// line of `.builds`. It first waits while there is a file `.hold`.
fn plugin(plugins: &Plugins) -> Folder {
    let script = "cp src/main.js .read; echo >> .builds; \
                  while test -e .hold; do sleep 0.01; done; cp .read src/plugin.js";
    let package = serde_json::json!({"scripts": {"build": script}}).to_string();
    plugins
        .folder("shop")
        .file("package.json", &package)
        .file("src/main.js", &code("0"))
        .manifest("name: shop\nbase: /shop\npluginEntry: src/plugin.js\n")
}

fn code(text: &str) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response({text:?}) }} }};\n")
}

async fn answers(server: &Server, text: &str) {
    until(&format!("the answer {text:?}"), async || {
        let response = server.get("/shop").send().await.ok()?;
        (response.text().await.ok()? == text).then_some(())
    })
    .await;
}

fn builds(folder: &Folder) -> usize {
    fs::read_to_string(folder.path().join(".builds")).unwrap_or_default().lines().count()
}

#[tokio::test]
async fn a_source_beside_the_entry_is_built_when_it_changes_and_only_then() {
    let plugins = Plugins::new();
    let shop = plugin(&plugins);
    let server = Start::dev(plugins.path()).start().await;
    for (built, text) in ["1", "2", "3"].into_iter().enumerate() {
        shop.write("src/main.js", &code(text));
        answers(&server, text).await;
        assert_eq!(builds(&shop), built + 2, "builds after {text}");
    }
    // A reload makes a pass of its own: it builds nothing that has not changed.
    server.reload().await;
    assert_eq!(builds(&shop), 4);
}

#[tokio::test]
async fn a_source_that_is_saved_during_a_build_is_built_again() {
    let plugins = Plugins::new();
    let shop = plugin(&plugins);
    let server = Start::dev(plugins.path()).start().await;
    shop.write(".hold", "");
    shop.write("src/main.js", &code("before"));
    until("the build to have read its source", async || (builds(&shop) == 2).then_some(())).await;
    shop.write("src/main.js", &code("during"));
    shop.remove(".hold");
    answers(&server, "during").await;
    assert_eq!(builds(&shop), 3);
}
