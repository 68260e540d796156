//! What is open and what is turned off is today's word, also while a last good
//! version serves.

use davit_tests::server::Start;
use davit_tests::{Plugins, until};
use reqwest::Client;

const CODE: &str = "export default { routes: { fetch: () => new Response('answer') } };\n";
const BROKEN: &str = "export default { routes: { fetch: () => new Response( } };\n";

#[tokio::test]
async fn a_route_that_is_closed_in_the_same_edit_that_breaks_the_code_is_closed() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("open", "publicRoutes: {GET: ['/**']}\n", CODE);
    let server = Start::runtime([plugins.path()]).start().await;
    let stranger = Client::new();
    let ask = async || stranger.get(server.url("/open/x")).send().await.unwrap().status().as_u16();
    assert_eq!(ask().await, 200);
    folder.write("plugin.ts", BROKEN);
    let folder = folder.manifest("name: open\nbase: /open\n");
    server.reload().await;
    assert_eq!(server.plugin("open").await["state"], "lastGood");
    assert_eq!(server.text("/open/x").await, "answer", "the last good version serves who has the key");
    assert_eq!(ask().await, 401, "and nobody else");
    folder.write("manifest.yaml", "name: open\nbase: /open\npublicRoutes: {GET: ['/x']}\n");
    server.reload().await;
    assert_eq!(ask().await, 200, "opened again, the code is still broken");
}

#[tokio::test]
async fn a_plugin_that_is_turned_off_ends_even_if_its_code_is_broken() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("off", "pluginEntry: plugin.ts\n", CODE);
    let server = Start::dev(plugins.path()).start().await;
    server.plugin_when("off", |plugin| plugin["state"] == "ready").await;
    folder.remove("plugin.ts");
    server.plugin_when("off", |plugin| plugin["state"] == "lastGood").await;
    folder.write("manifest.yaml", "name: off\nbase: /off\npluginEntry: plugin.ts\nenabled: false\n");
    server.plugin_when("off", |plugin| plugin["state"] == "disabled").await;
    let gone = async || (server.get("/off").send().await.ok()?.status() == 404).then_some(());
    until("the plugin's end", gone).await;
}
