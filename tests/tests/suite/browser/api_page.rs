//! The page that shows the admin API to people.

use std::process::Command;

use davit_tests::Plugins;
use davit_tests::server::Start;
use serde_json::Value;

use super::chromium::chromium;

#[tokio::test]
async fn the_page_of_the_admin_api_shows_every_call_and_asks_no_other_host() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let profile = tempfile::tempdir().expect("a temporary folder");
    let mut browser = Command::new(chromium());
    browser.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
    // Waits for what the page itself waits for; no other name than this machine is resolved.
    browser.args(["--virtual-time-budget=15000", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]);
    browser.arg(format!("--user-data-dir={}", profile.path().display())).arg(server.url("/_/api/docs"));
    let shown = tokio::task::spawn_blocking(move || browser.output()).await.unwrap().expect("Chromium runs");
    let page = String::from_utf8(shown.stdout).expect("a page is text");
    let log = String::from_utf8_lossy(&shown.stderr).into_owned();
    let document = server.json("/_/api/openapi.json").await;
    let items = document["paths"].as_object().expect("paths").values();
    let operations = items.flat_map(|item| item.as_object().expect("operations").values());
    let ids: Vec<&str> =
        operations.filter_map(|operation: &Value| operation["operationId"].as_str()).collect();
    assert!(ids.len() > 15, "{ids:?}");
    for id in ids {
        assert!(page.contains(&format!("-{id}\"")), "{id} is missing in {page}\n{log}");
    }
}
