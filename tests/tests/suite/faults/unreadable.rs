//! Plugin directories that cannot be read: what is known of them stays.

use davit_tests::Plugins;
use davit_tests::server::Start;

const CODE: &str = "export default { routes: { fetch: () => new Response('answer') } };\n";

#[tokio::test]
async fn a_directory_that_is_missing_harms_no_other_and_is_found_when_it_comes() {
    let (one, two) = (Plugins::new(), Plugins::new());
    drop(one.plugin("here", "", CODE));
    let late = two.path().join("late");
    let server = Start::runtime([one.path(), &late]).start().await;
    assert_eq!(server.text("/here").await, "answer");
    server.logs().line(&format!("cannot read the plugin directory {}", late.display())).await;
    std::fs::create_dir_all(late.join("there")).unwrap();
    std::fs::write(late.join("there/plugin.js"), CODE).unwrap();
    std::fs::write(late.join("there/manifest.yaml"), "name: there\nbase: /there\n").unwrap();
    server.plugin_when("there", |plugin| plugin["state"] == "ready").await;
}

#[tokio::test]
async fn a_directory_that_goes_away_keeps_its_plugins_and_a_reload_says_so() {
    let (one, away) = (Plugins::new(), Plugins::new());
    let directory = one.path().join("plugins");
    std::fs::create_dir_all(directory.join("stays")).unwrap();
    std::fs::write(directory.join("stays/plugin.js"), CODE).unwrap();
    std::fs::write(directory.join("stays/manifest.yaml"), "name: stays\nbase: /stays\n").unwrap();
    let server = Start::runtime([&directory]).start().await;
    std::fs::rename(&directory, away.path().join("plugins")).unwrap();
    let answer = server.post("/_/api/plugins/reload").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "PLUGIN_DIRECTORY_UNREADABLE");
    assert_eq!(server.text("/stays").await, "answer");
}
