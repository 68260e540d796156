//! What a plugin's start needs may come back: it is tried again by itself.

use davit_tests::Plugins;
use davit_tests::server::Start;

#[tokio::test]
async fn a_plugin_whose_init_failed_goes_live_once_what_it_needs_is_there() {
    let (plugins, needs) = (Plugins::new(), tempfile::tempdir().unwrap());
    let database = needs.path().join("database");
    let code = format!(
        "export default {{ routes: {{ fetch: () => new Response('up') }}, async onInit() {{ if (!(await Bun.file('{}').exists())) throw new Error('no database'); }} }};\n",
        database.display()
    );
    drop(plugins.plugin("needy", "", &code));
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.plugin("needy").await["reason"], "InitFailed");
    std::fs::write(database, "").unwrap();
    server.plugin_when("needy", |plugin| plugin["state"] == "ready").await;
    assert_eq!(server.text("/needy").await, "up");
}
