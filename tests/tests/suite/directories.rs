//! Plugin directories as the Buntime contract has them (§1), without the faults of the
//! reference (§5: 6, 9, 11).

use std::fs;

use davit_tests::server::{KEY, Start};
use davit_tests::{Folder, Plugins, Server, raw};
use serde_json::{Value, json};

fn code(answer: &str) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response('{answer}') }} }};\n")
}

/// A plugin in a folder of another name.
fn plugin(plugins: &Plugins, folder: &str, name: &str, more: &str) -> Folder {
    let manifest = format!("name: \"{name}\"\n{more}");
    plugins.folder(folder).manifest(&manifest).file("plugin.ts", &code(name))
}

async fn names(server: &Server, path: &str) -> Vec<String> {
    let listed = server.json(path).await;
    listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn status(server: &Server, path: &str) -> u16 {
    raw::get(server.address(), path, &[("x-api-key", KEY)]).await.status
}

#[tokio::test]
async fn several_directories_are_read_in_order_with_scopes_and_without_dot_entries() {
    let (one, two) = (Plugins::new(), Plugins::new());
    plugin(&one, "zebra", "zebra", "base: /zebra\n");
    plugin(&one, "@acme/b", "@acme/b", "base: /b\n");
    plugin(&one, "@acme/a", "@acme/a", "base: /a\n");
    plugin(&two, "apple", "apple", "base: /apple\n");
    for hidden in [".hidden", ".git/inner", "@acme/.old"] {
        plugin(&two, hidden, "hidden", "base: /hidden\n");
    }
    fs::write(two.path().join("README.md"), "no plugin").unwrap();
    let server = Start::runtime([one.path(), two.path()]).start().await;
    assert_eq!(names(&server, "/_/api/plugins").await, ["@acme/a", "@acme/b", "zebra", "apple"]);
    for (path, answer) in [("/a", "@acme/a"), ("/b", "@acme/b"), ("/zebra", "zebra"), ("/apple", "apple")] {
        assert_eq!(server.text(path).await, answer);
    }
    assert_eq!(status(&server, "/hidden").await, 404);
}

#[tokio::test]
async fn what_is_loaded_is_logged_in_the_contracts_words() {
    let plugins = Plugins::new();
    let folder = plugin(&plugins, "my-plugin", "@scope/my-plugin", "base: /mine\n");
    let server = Start::runtime([plugins.path()]).start().await;
    let line = format!("[PluginLoader] Loaded: @scope/my-plugin ({})", folder.path().display());
    server.logs().record("the plugin is loaded", |record| record["message"] == *line).await;
}

#[tokio::test]
async fn a_folder_without_a_manifest_at_its_top_is_told_of_once() {
    let plugins = Plugins::new();
    let deeper = plugins.folder("zz").file("package/manifest.yaml", "name: zz\n");
    plugin(&plugins, "@acme/a", "@acme/a", "base: /a\n");
    for quiet in ["empty", ".hidden/inner"] {
        plugins.folder(quiet);
    }
    let server = Start::runtime([plugins.path()]).start().await;
    let line = format!("{} has no manifest.yaml at its top: it is left out", deeper.path().display());
    let record = server.logs().record("a warning", |record| record["message"] == *line).await;
    assert_eq!(record["level"], "WARN");
    server.reload().await;
    assert_eq!(server.logs().text().matches("is left out").count(), 1);
}

#[tokio::test]
async fn the_first_of_a_name_wins_and_a_warning_names_both_paths() {
    let (one, two) = (Plugins::new(), Plugins::new());
    let first = plugin(&one, "a", "twice", "base: /twice\nversion: 1.0.0\n");
    let second = plugin(&two, "b", "twice", "base: /twice\nversion: 2.0.0\n");
    let server = Start::runtime([one.path(), two.path()]).start().await;
    let names_both = |record: &Value| {
        let text = record["message"].as_str().unwrap_or_default();
        let path = |folder: &Folder| text.contains(folder.path().to_str().unwrap());
        record["level"] == "WARN" && path(&first) && path(&second)
    };
    server.logs().record("a warning that names both paths", names_both).await;
    assert_eq!(server.reload().await["plugins"], json!([{"name": "twice", "version": "1.0.0"}]));
}

/// Fault 6.
#[tokio::test]
async fn a_first_copy_that_is_disabled_does_not_hide_an_enabled_second_one() {
    let (one, two) = (Plugins::new(), Plugins::new());
    plugin(&one, "twice", "twice", "base: /twice\nversion: 1.0.0\nenabled: false\n");
    plugin(&two, "twice", "twice", "base: /twice\nversion: 2.0.0\n");
    let server = Start::runtime([one.path(), two.path()]).start().await;
    assert_eq!(server.text("/twice").await, "twice");
    assert_eq!(server.reload().await["plugins"], json!([{"name": "twice", "version": "2.0.0"}]));
    let listed = server.json("/_/api/plugins").await;
    assert_eq!(
        (&listed[0]["state"], &listed[1]["state"]),
        (&json!("disabled"), &json!("ready")),
        "{listed:#}"
    );
}

/// Fault 6.
#[tokio::test]
async fn what_was_turned_off_beside_the_plugins_stays_off_and_no_manifest_is_written_to() {
    let plugins = Plugins::new();
    let off = plugin(&plugins, "@acme/off", "@acme/off", "base: /off\n");
    let on = plugin(&plugins, "on", "on", "base: /on\nenabled: false\n");
    let before = [&off, &on].map(|folder| fs::read_to_string(folder.path().join("manifest.yaml")).unwrap());
    let kept =
        plugins.folder(".davit").file("enabled.json", r#"{"enabled": {"@acme/off": false, "on": true}}"#);
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!((status(&server, "/off").await, status(&server, "/on").await), (404, 200));
    assert_eq!(server.plugin("@acme/off").await["reason"], "Disabled");
    kept.write("enabled.json", "{");
    let answer = server.post("/_/api/plugins/reload").send().await.unwrap();
    assert_eq!(answer.status(), 500, "a file that cannot be read is told of");
    server.logs().line(".davit/enabled.json").await;
    assert_eq!(
        (status(&server, "/off").await, status(&server, "/on").await),
        (404, 200),
        "and changes nothing"
    );
    kept.write("enabled.json", r#"{"enabled": {}}"#);
    server.reload().await;
    assert_eq!((status(&server, "/off").await, status(&server, "/on").await), (200, 404));
    let after = [&off, &on].map(|folder| fs::read_to_string(folder.path().join("manifest.yaml")).unwrap());
    assert_eq!(before, after);
}

/// Fault 9.
#[tokio::test]
async fn plugins_with_routes_and_without_a_base_fail_alone() {
    let plugins = Plugins::new();
    for name in ["lost-1", "lost-2"] {
        plugin(&plugins, name, name, "");
    }
    let index = "export default { routes: { '/': () => new Response('x') } };\n";
    drop(plugins.folder("lost-3").manifest("name: lost-3\n").file("index.ts", index));
    plugin(&plugins, "fine", "fine", "base: /fine\n");
    let server = Start::runtime([plugins.path()]).start().await;
    for name in ["lost-1", "lost-2", "lost-3"] {
        let told = server.plugin(name).await;
        assert_eq!(
            (&told["state"], &told["reason"]),
            (&json!("failed"), &json!("RoutesWithoutBase")),
            "{told:#}"
        );
    }
    assert_eq!(server.text("/fine").await, "fine");
    assert_eq!(status(&server, "/nowhere").await, 404);
    assert_eq!(server.reload().await["plugins"], json!([{"name": "fine", "version": "0.0.0"}]));
}

/// Faults 9 and 11.
#[tokio::test]
async fn a_reload_leaves_a_base_with_whom_it_serves_and_answers_only_what_loaded() {
    let plugins = Plugins::new();
    plugin(&plugins, "owner", "owner", "base: /shared\n");
    let server = Start::runtime([plugins.path()]).start().await;
    plugin(&plugins, "claimant", "claimant", "base: /shared\n");
    drop(
        plugins
            .folder("broken")
            .manifest("name: broken\nbase: /broken\n")
            .file("plugin.ts", "export default {"),
    );
    plugin(&plugins, "off", "off", "base: /off\nenabled: false\n");
    plugin(&plugins, "needs", "needs", "base: /needs\ndependencies: [broken]\n");
    let answer = server.reload().await;
    assert_eq!(answer["plugins"], json!([{"name": "owner", "version": "0.0.0"}]), "{answer}");
    assert_eq!(names(&server, "/_/api/plugins/loaded").await, ["owner"]);
    assert_eq!(server.text("/shared").await, "owner");
    let told = server.plugin("claimant").await;
    assert_eq!(told["reason"], "BaseTaken");
    assert!(told["message"].as_str().unwrap().contains("owner"), "{told:#}");
    fs::remove_dir_all(plugins.path().join("owner")).unwrap();
    let answer = server.reload().await;
    assert_eq!(answer["plugins"], json!([{"name": "claimant", "version": "0.0.0"}]));
    assert_eq!(server.text("/shared").await, "claimant");
}
