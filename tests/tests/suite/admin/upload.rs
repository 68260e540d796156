//! Uploads that are cut off, wait, or bring a version that does not start.

use std::fs;
use std::path::Path;

use davit_tests::cluster::registry::archive;
use davit_tests::raw;
use davit_tests::server::{KEY, Start, form};
use davit_tests::{Plugins, Server, until};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// A plugin that tells its version.
fn package(name: &str, version: &str, code: &str) -> Vec<u8> {
    let manifest = format!("name: {name}\nversion: {version}\nbase: /{name}\n");
    archive(&[("manifest.yaml", manifest.as_bytes()), ("plugin.ts", code.as_bytes())])
}

fn tells(version: &str) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response(\"{version}\") }} }};\n")
}

/// How many packages are on their way into a directory.
fn incoming(directory: &Path) -> usize {
    fs::read_dir(directory.join(".davit/incoming")).map_or(0, Iterator::count)
}

/// An upload of which only the first half has been sent.
async fn half_an_upload(server: &Server) -> TcpStream {
    let (media_type, body) = form("file", "a.tgz", &vec![0x1f; 1 << 20]);
    let (length, origin) = (body.len().to_string(), server.url(""));
    let host = origin.trim_start_matches("http://");
    let headers = [
        ("host", host),
        ("origin", &origin),
        ("x-api-key", KEY),
        ("content-type", &media_type),
        ("content-length", &length),
    ];
    let mut open = raw::open(server.address(), "POST /_/api/plugins/upload", &headers).await;
    open.write_all(&body[..body.len() / 2]).await.expect("the server reads");
    open
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_and_holds_up_nobody() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(half_an_upload(&server).await);
    }
    until("four uploads on their way", async || (incoming(plugins.path()) == 4).then_some(())).await;
    let good = package("good", "1.0.0", &tells("1.0.0"));
    let waits = server.upload("good.tgz", &good).send();
    drop(open);
    assert_eq!(waits.await.unwrap().status(), 200);
    until("nothing on its way", async || (incoming(plugins.path()) == 0).then_some(())).await;
    assert_eq!(server.text("/good").await, "1.0.0");
    let listed = server.json("/_/api/plugins").await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn what_a_killed_runtime_left_of_an_upload_is_gone_with_the_next_start() {
    let plugins = Plugins::new();
    let mut server = Start::runtime([plugins.path()]).start().await;
    let _open = half_an_upload(&server).await;
    until("the upload is on its way", async || (incoming(plugins.path()) == 1).then_some(())).await;
    server.kill().await;
    assert_eq!(incoming(plugins.path()), 1);
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(incoming(plugins.path()), 0);
    assert_eq!(server.json("/_/api/plugins").await, json!([]));
}

#[tokio::test]
async fn a_version_that_does_not_start_leaves_the_one_before_serving_and_is_told() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let bad = "export default { onInit() { throw new Error(\"not today\"); } };\n";
    for (version, code, served) in
        [("1.0.0", &*tells("one"), "one"), ("2.0.0", bad, "one"), ("3.0.0", &*tells("three"), "three")]
    {
        let response = server.upload("a.tgz", &package("a", version, code)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{version}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["data"]["plugin"]["version"], version);
        assert_eq!(server.text("/a").await, served);
        let fares = server.plugin("a").await;
        let expected = if version == "2.0.0" { ("lastGood", "1.0.0") } else { ("ready", version) };
        assert_eq!((&fares["state"], &fares["version"]), (&json!(expected.0), &json!(expected.1)), "{fares}");
        assert_eq!(fares["removable"], true, "{fares}");
    }
    assert_eq!(server.delete("/_/api/plugins/a").send().await.unwrap().status(), 200);
    assert_eq!(server.get("/a").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn davit_dev_puts_a_package_into_the_folder_it_follows() {
    let plugins = Plugins::new();
    plugins.add_healthy();
    let server = Start::dev(plugins.path()).start().await;
    server.plugin_when("healthy", |plugin| plugin["state"] == "ready").await;
    let good = package("good", "1.0.0", &tells("1.0.0"));
    let response = server.upload("good.tgz", &good).send().await.unwrap();
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    assert_eq!(server.text("/good").await, "1.0.0");
    assert!(plugins.path().join("good/plugin.ts").is_file());
    let alone = Plugins::new();
    let folder = alone.plugin("alone", "", &tells("alone"));
    let server = Start::dev(folder.path()).start().await;
    let refused = server.upload("good.tgz", &good).send().await.unwrap();
    assert_eq!(refused.status(), 409);
    let said: Value = refused.json().await.unwrap();
    assert_eq!(said["code"], "NO_PLUGIN_DIRECTORY", "{said}");
    let refused = server.delete("/_/api/plugins/alone").send().await.unwrap();
    assert_eq!(refused.status(), 409, "it is a person's own folder");
    assert!(folder.path().join("plugin.ts").is_file());
}
