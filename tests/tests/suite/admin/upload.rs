//! Uploads that are cut off, wait, or bring a version that does not start.

use std::fs;
use std::path::Path;

use davit_tests::cluster::registry::archive;
use davit_tests::raw;
use davit_tests::server::{KEY, Start, form};
use davit_tests::{Plugins, Server, until};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::made::{make, revoke};

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
async fn half_an_upload(server: &Server, key: &str) -> TcpStream {
    let (media_type, body) = form("file", "a.tgz", &vec![0x1f; 1 << 20]);
    let (length, origin) = (body.len().to_string(), server.url(""));
    let host = origin.trim_start_matches("http://");
    let headers = [
        ("host", host),
        ("origin", &origin),
        ("x-api-key", key),
        ("content-type", &media_type),
        ("content-length", &length),
    ];
    let mut open = raw::open(server.address(), "POST /_/api/plugins/upload", &headers).await;
    open.write_all(&body[..body.len() / 2]).await.expect("the server reads");
    open
}

#[tokio::test]
async fn an_upload_ends_with_the_key_that_sends_it() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let made = make(&server, json!({"name": "ci", "role": "editor"})).await;
    let mut open = half_an_upload(&server, &made.key).await;
    until("an upload on its way", async || (incoming(plugins.path()) == 1).then_some(())).await;
    assert_eq!(revoke(&server, made.id).await, 200);
    let mut told = Vec::new();
    open.read_to_end(&mut told).await.expect("the server answers");
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.starts_with("HTTP/1.1 401 ") && told.contains("INVALID_KEY"), "{told}");
    until("nothing on its way", async || (incoming(plugins.path()) == 0).then_some(())).await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_and_holds_up_nobody() {
    let plugins = Plugins::new();
    let server = Start::runtime([plugins.path()]).start().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(half_an_upload(&server, KEY).await);
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
    let _open = half_an_upload(&server, KEY).await;
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
        for field in ["state", "reason", "message"] {
            let told = Some(&fares[field]).filter(|_| version == "2.0.0");
            assert_eq!(answer["data"]["plugin"].get(field), told, "{version}: {answer}");
        }
    }
    assert_eq!(server.delete("/_/api/plugins/a").send().await.unwrap().status(), 200);
    assert_eq!(server.get("/a").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_first_upload_makes_the_directory_it_goes_to_and_nothing_around_it() {
    let around = Plugins::new();
    let (shipped, data) = (around.path().join("shipped"), around.path().join("data"));
    let server = Start::runtime([&shipped, &data.join("plugins")]).start().await;
    for directory in [&shipped, &data.join("plugins")] {
        let line = format!("cannot read the plugin directory {}: ", directory.display());
        assert!(server.logs().line(&line).await.contains("; make it"));
    }
    let key = json!({"name": "ci", "role": "viewer"});
    let upload = async || server.upload("a.tgz", &package("a", "1.0.0", &tells("one"))).send().await.unwrap();
    let make_key = async || server.post("/_/api/keys").json(&key).send().await.unwrap();
    for refused in [upload().await, make_key().await] {
        assert_eq!(refused.status(), 409);
        let said: Value = refused.json().await.unwrap();
        assert_eq!(said["code"], "NO_PLUGIN_DIRECTORY", "{said}");
        assert!(!said.to_string().contains(data.to_str().unwrap()), "{said}");
    }
    fs::create_dir(&data).unwrap();
    assert_eq!(upload().await.status(), 200);
    assert_eq!(server.text("/a").await, "one");
    assert!(data.join("plugins/a/plugin.ts").is_file() && !shipped.exists());
    assert_eq!(make_key().await.status(), 201);
    let said = server.logs().text();
    assert!(!said.contains("keys.json") && !said.contains("enabled.json"), "{said}");
}

#[tokio::test]
async fn davit_dev_puts_a_package_beside_the_folders_it_follows_and_touches_none_of_them() {
    let plugins = Plugins::new();
    let mine = plugins.plugin("mine", "", &tells("mine"));
    mine.write(".git/HEAD", "ref");
    mine.write("node_modules/a/index.js", "1");
    plugins.folder("notes").write("todo.md", "-");
    let server = Start::dev(plugins.path()).start().await;
    server.plugin_when("mine", |plugin| plugin["state"] == "ready").await;
    let good = package("good", "1.0.0", &tells("1.0.0"));
    let response = server.upload("good.tgz", &good).send().await.unwrap();
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    assert_eq!(server.text("/good").await, "1.0.0");
    assert!(plugins.path().join("good/plugin.ts").is_file());
    for name in ["mine", "notes", "good"] {
        let other = package(name, "2.0.0", &tells("2.0.0"));
        let refused = server.upload("other.tgz", &other).send().await.unwrap();
        assert_eq!(refused.status(), 409, "{name}");
        let said: Value = refused.json().await.unwrap();
        assert_eq!(said["code"], "FOLDER_FOLLOWED", "{said}");
        let why = format!("{name} is a folder of yours that `davit dev` follows: change it there");
        assert_eq!(said["error"], *why);
    }
    for name in ["mine", "good"] {
        assert_eq!(server.plugin(name).await["removable"], false);
        let refused = server.delete(&format!("/_/api/plugins/{name}")).send().await.unwrap();
        assert_eq!(refused.status(), 409, "{name}");
        let said: Value = refused.json().await.unwrap();
        assert_eq!(said["code"], "FOLDER_FOLLOWED", "{said}");
        assert!(said["error"].as_str().unwrap().ends_with("delete it there"), "{said}");
    }
    for file in [".git/HEAD", "node_modules/a/index.js", "plugin.ts"] {
        assert!(mine.path().join(file).is_file(), "{file}");
    }
    assert_eq!(server.text("/mine").await, "mine");
    assert!(plugins.path().join("notes/todo.md").is_file() && plugins.path().join("good").is_dir());
}

#[tokio::test]
async fn davit_dev_takes_no_package_where_it_follows_one_plugin_alone() {
    let good = package("good", "1.0.0", &tells("1.0.0"));
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
