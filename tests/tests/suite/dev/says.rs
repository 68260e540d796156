//! What `davit dev` prints.

use davit_tests::Plugins;
use davit_tests::server::{KEY, Start};

const CODE: &str = "export default { onInit: ({ logger }) => logger.debug(\"in detail\"), \
                    routes: { fetch: () => new Response(\"here\") } };\n";

#[tokio::test]
async fn a_folder_without_plugins_is_told_and_one_that_appears_goes_live() {
    let plugins = Plugins::new();
    let server = Start::dev(plugins.path()).start().await;
    let none = format!("no plugin found below {}: `davit new NAME` makes one", plugins.path().display());
    server.logs().line(&none).await;
    drop(plugins.plugin("shop", "", CODE));
    server.logs().line("✓ shop").await;
    assert_eq!(server.text("/shop").await, "here");
    drop(plugins.plugin("cart", "", CODE));
    server.logs().line("✓ cart").await;
    assert_eq!(server.logs().text().matches("no plugin found").count(), 1);
}

#[tokio::test]
async fn the_key_is_told_as_a_line_that_a_shell_takes() {
    let plugins = Plugins::new();
    let server = Start::dev(plugins.path()).start().await;
    server.logs().line(&format!("  Key  export KEY={KEY}")).await;
}

#[tokio::test]
async fn a_folder_with_a_plugin_is_not_said_to_have_none() {
    let plugins = Plugins::new();
    drop(plugins.plugin("shop", "", CODE));
    let server = Start::dev(plugins.path()).start().await;
    server.logs().line("✓ shop").await;
    assert!(!server.logs().text().contains("no plugin found"));
}

#[tokio::test]
async fn plugins_talk_at_the_chosen_level_if_that_says_more_than_info() {
    let plugins = Plugins::new();
    drop(plugins.plugin("shop", "", CODE));
    let server = Start::dev(plugins.path()).env("DAVIT_LOG_LEVEL", "debug").start().await;
    server.logs().line("in detail").await;
}
