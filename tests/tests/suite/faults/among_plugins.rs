//! Faults between plugins: what they require of each other, and what two of them
//! claim.

use davit_tests::server::Start;
use davit_tests::{Folder, Plugins, Server, until};
use serde_json::Value;

/// A plugin that answers with `answer`.
fn plugin(plugins: &Plugins, name: &str, more: &str, answer: &str) -> Folder {
    plugins.plugin(
        name,
        more,
        &format!("export default {{ routes: {{ fetch: () => new Response({answer:?}) }} }};\n"),
    )
}

/// Rewrites the manifest of a plugin that [`plugin`] made.
fn change(folder: &Folder, name: &str, more: &str) {
    folder.write("manifest.yaml", &format!("name: {name}\nbase: /{name}\n{more}"));
}

async fn runtime(plugins: &Plugins) -> Server {
    plugins.add_healthy();
    Start::runtime([plugins.path()]).start().await
}

async fn dev(plugins: &Plugins, serving: &[&str]) -> Server {
    plugins.add_healthy();
    let server = Start::dev(plugins.path()).start().await;
    for name in serving.iter().chain(&["healthy"]) {
        server.plugin_when(name, |plugin| plugin["state"] == "ready").await;
    }
    server
}

/// The plugin is listed with this state, reason and message, and the log has
/// them too.
async fn is_told(server: &Server, name: &str, state: &str, reason: &str, says: &[&str]) {
    let listed = server.plugin_when(name, |plugin| plugin["reason"] == reason).await;
    assert_eq!(listed["state"], state, "{listed:#}");
    let message = listed["message"].as_str().unwrap();
    for part in says {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
    let told = |line: &String| line.contains(name) && line.contains(reason) && line.contains(message);
    until("the log line", async || server.logs().lines().into_iter().find(told)).await;
}

async fn is_not_served(server: &Server, path: &str) {
    let response = server.get(path).send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.json::<Value>().await.unwrap()["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_missing_dependency_leaves_the_plugin_out_with_those_that_require_it() {
    let plugins = Plugins::new();
    plugin(&plugins, "shop", "dependencies: [database]\n", "shop");
    plugin(&plugins, "till", "dependencies: [shop]\n", "till");
    plugin(&plugins, "window", "optionalDependencies: [shop]\n", "window");
    let server = runtime(&plugins).await;
    let healthy = server.watch().await;
    is_told(&server, "shop", "failed", "DependencyMissing", &["it requires database", "not there", "add"])
        .await;
    is_told(&server, "till", "failed", "DependencyNotReady", &["it requires shop"]).await;
    is_not_served(&server, "/shop").await;
    is_not_served(&server, "/till").await;
    assert_eq!(server.text("/window").await, "window");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_dependency_that_goes_missing_by_a_change_leaves_the_last_good_version_serving() {
    let plugins = Plugins::new();
    let shop = plugin(&plugins, "shop", "", "shop");
    let server = dev(&plugins, &["shop"]).await;
    let healthy = server.watch().await;
    change(&shop, "shop", "dependencies: [database]\n");
    is_told(&server, "shop", "lastGood", "DependencyMissing", &["it requires database", "not there"]).await;
    assert_eq!(server.text("/shop").await, "shop");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_cycle_is_spelled_out_and_leaves_its_members_out() {
    let plugins = Plugins::new();
    plugin(&plugins, "hen", "dependencies: [egg]\n", "hen");
    plugin(&plugins, "egg", "dependencies: [hen]\n", "egg");
    let server = runtime(&plugins).await;
    let healthy = server.watch().await;
    for (name, cycle) in [("hen", "hen -> egg -> hen"), ("egg", "egg -> hen -> egg")] {
        is_told(&server, name, "failed", "DependencyCycle", &[cycle, "make one of them optional"]).await;
        is_not_served(&server, &format!("/{name}")).await;
    }
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_cycle_made_by_a_change_leaves_the_last_good_versions_serving() {
    let plugins = Plugins::new();
    let egg = plugin(&plugins, "egg", "", "egg");
    plugin(&plugins, "hen", "dependencies: [egg]\n", "hen");
    let server = dev(&plugins, &["hen", "egg"]).await;
    let healthy = server.watch().await;
    change(&egg, "egg", "dependencies: [hen]\n");
    is_told(&server, "egg", "lastGood", "DependencyCycle", &["egg -> hen -> egg"]).await;
    assert_eq!(server.text("/egg").await, "egg");
    assert_eq!(server.text("/hen").await, "hen");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_base_has_one_plugin_and_the_other_is_told_who_has_it() {
    let plugins = Plugins::new();
    let first = plugin(&plugins, "first", "", "first");
    let second = plugin(&plugins, "second", "", "second");
    first.write("manifest.yaml", "name: first\nbase: /shared\n");
    second.write("manifest.yaml", "name: second\nbase: /shared\n");
    let server = runtime(&plugins).await;
    let healthy = server.watch().await;
    is_told(&server, "second", "failed", "BaseTaken", &["/shared", "first", "choose another base"]).await;
    assert_eq!(server.text("/shared").await, "first");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_base_that_is_claimed_by_a_change_stays_with_the_plugin_that_serves_it() {
    let plugins = Plugins::new();
    let early = plugin(&plugins, "early", "", "early");
    plugin(&plugins, "owner", "", "owner");
    let server = dev(&plugins, &["early", "owner"]).await;
    let healthy = server.watch().await;
    early.write("manifest.yaml", "name: early\nbase: /owner\n");
    is_told(&server, "early", "lastGood", "BaseTaken", &["/owner", "owner", "choose another base"]).await;
    assert_eq!(server.text("/owner").await, "owner");
    assert_eq!(server.text("/early").await, "early");
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_name_has_one_plugin_and_both_folders_are_named() {
    let plugins = Plugins::new();
    plugin(&plugins, "original", "", "original");
    let copy = plugin(&plugins, "ours", "", "copy");
    copy.write("manifest.yaml", "name: original\nbase: /copy\n");
    let server = runtime(&plugins).await;
    let healthy = server.watch().await;
    let listed = server.plugin_when("original", |plugin| plugin["path"] == "ours").await;
    assert_eq!((&listed["state"], &listed["reason"]), (&"failed".into(), &"NameTaken".into()), "{listed:#}");
    let directory = plugins.path().file_name().unwrap().to_str().unwrap();
    let says = format!("{directory}/ours and {directory}/original are both named original");
    assert!(listed["message"].as_str().unwrap().starts_with(&says), "{listed:#}");
    server.logs().record("NameTaken", |record| record["reason"] == "NameTaken").await;
    assert_eq!(server.text("/original").await, "original");
    is_not_served(&server, "/copy").await;
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_name_that_is_claimed_by_a_change_stays_with_its_plugin() {
    let plugins = Plugins::new();
    plugin(&plugins, "original", "", "original");
    let copy = plugin(&plugins, "ours", "", "copy");
    let server = dev(&plugins, &["original", "ours"]).await;
    let healthy = server.watch().await;
    copy.write("manifest.yaml", "name: original\nbase: /copy\n");
    let listed = server.plugin_when("original", |plugin| plugin["reason"] == "NameTaken").await;
    assert_eq!(listed["path"], "ours", "{listed:#}");
    assert_eq!(server.text("/original").await, "original");
    is_not_served(&server, "/copy").await;
    healthy.unharmed().await;
}

#[tokio::test]
async fn a_plugin_that_is_turned_off_is_left_out_and_whoever_requires_it_is_told_so() {
    let plugins = Plugins::new();
    plugin(&plugins, "lamp", "enabled: false\n", "lamp");
    plugin(&plugins, "desk", "dependencies: [lamp]\n", "desk");
    let server = runtime(&plugins).await;
    let healthy = server.watch().await;
    is_told(&server, "lamp", "disabled", "Disabled", &["turned off", "enabled: true"]).await;
    is_told(&server, "desk", "failed", "DependencyDisabled", &["it requires lamp", "turn"]).await;
    is_not_served(&server, "/lamp").await;
    healthy.unharmed().await;
}
