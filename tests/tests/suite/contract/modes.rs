//! The two modes, and what decides between them (contract §3).

use super::scene::{Scene, serverless};

/// Counts its requests: apart from each other only if each has an instance.
const COUNTS: &str = "let count = 0;\nconst fetch = () => new Response(String(++count));\n";

#[tokio::test]
async fn mode_persistent_lives_for_the_life_of_the_plugin() {
    let code = format!("{COUNTS}export default {{ routes: {{ fetch }} }};\n");
    let scene = Scene::one("", &code).await;
    for count in ["1", "2", "3"] {
        assert_eq!(scene.server.text("/one").await, count);
    }
}

#[tokio::test]
async fn mode_serverless_runs_each_request_in_a_worker_of_its_own() {
    let code = format!(
        "{COUNTS}export default {{ routes: {{ '/': fetch, '/main': () => new Response(String(Bun.isMainThread)), \
         '/exit': () => process.exit(1) }} }};\n"
    );
    let scene = Scene::of(|plugins| {
        drop(serverless(plugins, "one", "", &code));
        let other = format!("{COUNTS}export default {{ routes: {{ fetch }}, provides: () => 1 }};\n");
        drop(plugins.plugin("linked", "optionalDependencies: [one]\n", &other));
    })
    .await;
    assert_eq!(scene.server.text("/linked").await, "1");
    for _ in 0..3 {
        assert_eq!(scene.server.text("/one").await, "1");
    }
    assert_eq!(scene.server.text("/one/main").await, "false");
    let exit = scene.server.get("/one/exit").send().await.unwrap();
    assert!(exit.status().is_server_error(), "{}", exit.status());
    assert_eq!(scene.server.text("/one").await, "1");
    assert_eq!(scene.server.text("/linked").await, "2", "whoever shares its process has not noticed");
}

#[tokio::test]
async fn mode_is_told_by_the_files_unless_the_manifest_says_it() {
    let app = format!("{COUNTS}export default {{ routes: {{ '/': fetch }}, fetch }};\n");
    let impls = format!("{COUNTS}export default {{ routes: {{ fetch }} }};\n");
    let factory = format!("{COUNTS}export default () => ({{ routes: {{ fetch }} }});\n");
    let member = format!("{COUNTS}export default {{ routes: {{ fetch }}, onInit() {{}} }};\n");
    let cases = [
        ("entry", "pluginEntry: code.ts\n", "code.ts", &impls, true),
        ("root-plugin", "", "plugin.ts", &impls, true),
        ("root-index", "", "index.ts", &app, false),
        ("index-factory", "", "index.ts", &factory, true),
        ("index-member", "", "index.ts", &member, true),
        ("said-persistent", "davit: {mode: persistent}\n", "index.ts", &impls, true),
        ("said-serverless", "davit: {mode: serverless}\n", "plugin.ts", &app, false),
    ];
    let scene = Scene::of(|plugins| {
        for (name, more, file, code, _) in &cases {
            let manifest = format!("name: {name}\nbase: /{name}\n{more}");
            drop(plugins.folder(name).manifest(&manifest).file(file, code));
        }
    })
    .await;
    for (name, _, _, _, persistent) in cases {
        let path = format!("/{name}");
        assert_eq!(scene.server.text(&path).await, "1", "{name}");
        let second = if persistent { "2" } else { "1" };
        assert_eq!(scene.server.text(&path).await, second, "{name}");
    }
}
