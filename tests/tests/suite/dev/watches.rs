//! Changes that go live wherever they are made.

use std::fs;
use std::os::unix::fs::symlink;

use davit_tests::server::Start;
use davit_tests::wait::until;
use davit_tests::{Plugins, Server};

const CODE: &str =
    "import text from \"./lib/text.js\";\nexport default { routes: { fetch: () => new Response(text) } };\n";

async fn answers(server: &Server, text: &str) {
    until(&format!("the answer {text:?}"), async || {
        let response = server.get("/shop").send().await.ok()?;
        (response.text().await.ok()? == text).then_some(())
    })
    .await;
}

fn text(text: &str) -> String {
    format!("export default {text:?};\n")
}

#[tokio::test]
async fn a_folder_that_was_removed_and_made_again_is_watched_anew() {
    let plugins = Plugins::new();
    let shop = plugins.plugin("shop", "", CODE).file("lib/text.js", &text("0"));
    let server = Start::dev(plugins.path()).start().await;
    for round in ["first", "second", "third"] {
        fs::remove_dir_all(shop.path().join("lib")).unwrap();
        for save in [format!("{round} made"), format!("{round} edited")] {
            shop.write("lib/text.js", &text(&save));
            answers(&server, &save).await;
        }
    }
}

#[tokio::test]
async fn a_folder_with_another_name_is_still_watched() {
    let plugins = Plugins::new();
    let shop = plugins.plugin("shop", "", CODE).file("lib/text.js", &text("0"));
    let server = Start::dev(plugins.path()).start().await;
    fs::rename(shop.path().join("lib"), shop.path().join("old")).unwrap();
    shop.write("plugin.ts", &CODE.replace("./lib/", "./old/"));
    shop.write("old/text.js", &text("moved"));
    answers(&server, "moved").await;
    shop.write("old/text.js", &text("edited"));
    answers(&server, "edited").await;
}

#[tokio::test]
async fn a_change_in_a_linked_plugin_folder_goes_live() {
    let (plugins, elsewhere) = (Plugins::new(), Plugins::new());
    let real = elsewhere.plugin("shop", "", CODE).file("lib/text.js", &text("linked"));
    symlink(real.path(), plugins.path().join("link")).unwrap();
    let server = Start::dev(plugins.path()).start().await;
    answers(&server, "linked").await;
    real.write("lib/text.js", &text("edited"));
    answers(&server, "edited").await;
}

#[tokio::test]
async fn a_linked_folder_that_becomes_a_plugin_goes_live() {
    let (plugins, elsewhere) = (Plugins::new(), Plugins::new());
    let real = elsewhere.folder("shop").file("plugin.ts", CODE).file("lib/text.js", &text("0"));
    fs::create_dir(plugins.path().join("@scope")).unwrap();
    symlink(real.path(), plugins.path().join("@scope/shop")).unwrap();
    let server = Start::dev(plugins.path()).start().await;
    real.write("manifest.yaml", "name: \"@scope/shop\"\nbase: /shop\n");
    answers(&server, "0").await;
    real.write("lib/text.js", &text("edited"));
    answers(&server, "edited").await;
}
