//! Plugins that are linked share a process; a change replaces only the groups
//! that it concerns.

use davit_tests::server::Start;
use davit_tests::{Folder, Plugins, Server, until};

/// Provides a counter, and tells where it stands.
const COUNTER: &str = r"
const counter = { count: 0, increase: () => ++counter.count };
const fetch = () => new Response(`${process.pid} ${counter.count}`);
export default { routes: { fetch }, provides: () => counter };
";

/// Increases the counter of another plugin; asks also for one that it has not
/// named.
const USER: &str = r#"
let ctx: any;
const fetch = () => new Response(`${process.pid} ${ctx.getPlugin("counter").increase()} ${ctx.getPlugin("other")}`);
export default { routes: { fetch }, onInit(context: any) { ctx = context; } };
"#;

fn pid_of(name: &str) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response(`{name} ${{process.pid}}`) }} }};\n")
}

async fn dev(plugins: &Plugins, names: &[&str]) -> Server {
    let server = Start::dev(plugins.path()).start().await;
    for name in names {
        server.plugin_when(name, |plugin| plugin["state"] == "ready").await;
    }
    server
}

/// Saves new code and waits until it answers.
async fn save(server: &Server, folder: &Folder, path: &str, name: &str) {
    folder.write("plugin.ts", &pid_of(name));
    let live = async || server.text(path).await.starts_with(name).then_some(());
    until(&format!("{name} at {path}"), live).await;
}

#[tokio::test]
async fn linked_plugins_share_live_objects_and_others_share_nothing() {
    let plugins = Plugins::new();
    drop(plugins.plugin("user", "dependencies: [counter]\n", USER));
    drop(plugins.plugin("counter", "", COUNTER));
    drop(plugins.plugin("other", "", &pid_of("other")));
    let server = Start::runtime([plugins.path()]).start().await;
    let counter = server.text("/counter").await;
    let pid = counter.strip_suffix(" 0").unwrap();
    assert_eq!(server.text("/user").await, format!("{pid} 1 undefined"));
    assert_eq!(server.text("/user").await, format!("{pid} 2 undefined"));
    assert_eq!(server.text("/counter").await, format!("{pid} 2"), "it is the same object");
    assert_ne!(server.text("/other").await, format!("other {pid}"), "no link, no shared process");
}

#[tokio::test]
async fn a_change_leaves_the_processes_of_other_groups_as_they_are() {
    let plugins = Plugins::new();
    let changed = plugins.plugin("changed", "", &pid_of("v1"));
    drop(plugins.plugin("counter", "", COUNTER));
    drop(plugins.plugin("user", "dependencies: [counter]\n", USER));
    let server = dev(&plugins, &["changed", "counter", "user"]).await;
    let (before, user) = (server.text("/changed").await, server.text("/user").await);
    save(&server, &changed, "/changed", "v2").await;
    assert_ne!(
        server.text("/changed").await.strip_prefix("v2"),
        before.strip_prefix("v1"),
        "another process"
    );
    let (pid, _) = user.split_once(' ').unwrap();
    assert_eq!(server.text("/user").await, format!("{pid} 2 undefined"), "the same process with its state");
}

#[tokio::test]
async fn a_change_replaces_all_of_its_group() {
    let plugins = Plugins::new();
    drop(plugins.plugin("below", "", &pid_of("below")));
    let above = plugins.plugin("above", "dependencies: [below]\n", &pid_of("v1"));
    let server = dev(&plugins, &["below", "above"]).await;
    let before = server.text("/below").await;
    save(&server, &above, "/above", "v2").await;
    let after = server.text("/below").await;
    assert_ne!(after, before);
    assert_eq!(server.text("/above").await.strip_prefix("v2"), after.strip_prefix("below"));
}

#[tokio::test]
async fn a_plugin_that_is_added_is_served_and_one_that_is_removed_is_not() {
    let plugins = Plugins::new();
    drop(plugins.plugin("first", "", &pid_of("first")));
    let server = dev(&plugins, &["first"]).await;
    let first = server.text("/first").await;
    let second = plugins.plugin("second", "", &pid_of("second"));
    server.plugin_when("second", |plugin| plugin["state"] == "ready").await;
    assert!(server.text("/second").await.starts_with("second"));
    std::fs::remove_dir_all(second.path()).unwrap();
    let gone = async || (server.get("/second").send().await.ok()?.status() == 404).then_some(());
    until("the second plugin to be gone", gone).await;
    assert_eq!(server.text("/first").await, first);
}

#[tokio::test]
async fn the_first_directory_of_a_name_wins() {
    let (built_in, own) = (Plugins::new(), Plugins::new());
    drop(built_in.plugin("twice", "", &pid_of("built-in")));
    drop(own.plugin("twice", "", &pid_of("own")));
    let server = Start::runtime([built_in.path(), own.path()]).start().await;
    assert!(server.text("/twice").await.starts_with("built-in"));
    let plugins = server.json("/_/api/plugins").await;
    let told: Vec<_> =
        plugins.as_array().unwrap().iter().map(|plugin| (&plugin["source"], &plugin["reason"])).collect();
    assert_eq!(
        told,
        [(&"built-in".into(), &serde_json::Value::Null), (&"uploaded".into(), &"NameTaken".into())]
    );
}
