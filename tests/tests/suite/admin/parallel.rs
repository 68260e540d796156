//! Uploads, reloads and removals at the same time: what is left is what some order of
//! them leaves, and the disk, the list and what serves say the same.

use std::collections::BTreeSet;
use std::fs;

use davit_tests::cluster::registry::archive;
use davit_tests::server::Start;
use davit_tests::{Plugins, Server};
use futures::future::join_all;
use reqwest::RequestBuilder;
use serde_json::Value;

/// Something that is asked of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Call {
    Upload { name: String, version: String },
    Remove { name: String },
    Reload,
}

/// A package whose three files all tell its version.
fn package(name: &str, version: &str) -> Vec<u8> {
    let manifest = format!("name: {name}\nversion: {version}\nbase: /{name}\nentrypoint: index.html\n");
    archive(&[
        ("manifest.yaml", manifest.as_bytes()),
        ("index.html", version.as_bytes()),
        ("more.txt", version.as_bytes()),
    ])
}

/// Ten uploads and seven removals of one plugin; of ten others one upload each, of five
/// of them a removal each, of two that were there before both; and the rest reloads.
fn calls() -> Vec<Call> {
    let upload = |name: &str, version: String| Call::Upload { name: name.to_owned(), version };
    let remove = |name: String| Call::Remove { name };
    let mut calls: Vec<Call> = (0..10).map(|n| upload("same", format!("1.0.{n}"))).collect();
    calls.extend((0..7).map(|_| remove("same".to_owned())));
    calls.extend((0..10).map(|n| upload(&format!("p{n}"), "1.0.0".to_owned())));
    calls.extend((0..5).map(|n| remove(format!("p{n}"))));
    for before in ["x", "y"] {
        calls.push(upload(before, "2.0.0".to_owned()));
        calls.push(remove(before.to_owned()));
    }
    let reloads = 50 - calls.len();
    calls.extend((0..reloads).map(|_| Call::Reload));
    // Interleaved, always in the same way: 17 and 50 have no common divisor.
    (0..calls.len()).map(|n| calls[n * 17 % calls.len()].clone()).collect()
}

fn request(server: &Server, call: &Call) -> RequestBuilder {
    match call {
        Call::Upload { name, version } => server.upload("a.tgz", &package(name, version)),
        Call::Remove { name } => server.delete(&format!("/_/api/plugins/{name}")),
        Call::Reload => server.post("/_/api/plugins/reload"),
    }
}

/// The version of a plugin that the disk, the list and the public port agree on.
async fn version(server: &Server, plugins: &Plugins, name: &str) -> Option<String> {
    let folder = plugins.path().join(name);
    let on_disk = folder.exists().then(|| {
        let manifest = fs::read_to_string(folder.join("manifest.yaml")).unwrap();
        let version = fs::read_to_string(folder.join("index.html")).unwrap();
        assert_eq!(fs::read_to_string(folder.join("more.txt")).unwrap(), version, "{name}");
        assert!(manifest.contains(&format!("version: {version}\n")), "{name} is {version}: {manifest}");
        version
    });
    let all = server.json("/_/api/plugins").await;
    let plugin = all.as_array().unwrap().iter().find(|plugin| plugin["name"] == name);
    let in_list = plugin.map(|plugin| {
        assert_eq!(plugin["state"], "ready", "{plugin}");
        plugin["version"].as_str().unwrap().to_owned()
    });
    let response = server.get(&format!("/{name}/")).send().await.unwrap();
    let public = match response.status().as_u16() {
        200 => Some(response.text().await.unwrap()),
        404 => None,
        status => panic!("{name} answers {status}"),
    };
    assert_eq!((&on_disk, &in_list), (&in_list, &public), "{name}: the disk, the list and what serves");
    public
}

#[tokio::test]
async fn fifty_calls_at_once_end_as_in_some_order_of_them_and_leave_no_half_state() {
    let plugins = Plugins::new();
    for name in ["x", "y"] {
        let manifest = format!("name: {name}\nversion: 1.0.0\nbase: /{name}\nentrypoint: index.html\n");
        let _there =
            plugins.folder(name).manifest(&manifest).file("index.html", "1.0.0").file("more.txt", "1.0.0");
    }
    let server = Start::runtime([plugins.path()]).start().await;
    let calls = calls();
    assert_eq!(calls.len(), 50);
    let answers = join_all(calls.iter().map(async |call| {
        let response = request(&server, call).send().await.expect("the server answers");
        let (status, text) = (response.status().as_u16(), response.text().await.expect("the body is whole"));
        let found = !matches!(call, Call::Remove { .. }) || status == 200;
        assert_eq!(status, if found { 200 } else { 404 }, "{call:?}: {text}");
        (call.clone(), found)
    }))
    .await;
    let done = |wanted: &dyn Fn(&Call) -> bool| {
        answers.iter().filter(|(call, found)| *found && wanted(call)).count()
    };
    let removed = |name: &str| done(&|call| *call == Call::Remove { name: name.to_owned() });

    // Each removal that found something took away what one upload had brought.
    let same = version(&server, &plugins, "same").await;
    let uploads: BTreeSet<String> = (0..10).map(|n| format!("1.0.{n}")).collect();
    assert!(same.as_ref().is_none_or(|version| uploads.contains(version)), "{same:?}");
    assert!(removed("same") <= 10 && (same.is_some() || removed("same") > 0), "{same:?}");
    for n in 0..10 {
        let name = format!("p{n}");
        let there = version(&server, &plugins, &name).await;
        assert_eq!(there.is_some(), removed(&name) == 0, "{name}: its upload, then its removal, or none");
    }
    for name in ["x", "y"] {
        assert_eq!(removed(name), 1, "{name} was there before");
        let there = version(&server, &plugins, name).await;
        assert!(there.is_none_or(|version| version == "2.0.0"), "{name}");
    }
    nothing_is_left(&server, &plugins).await;
}

/// No folder but the listed ones, and nothing on its way.
async fn nothing_is_left(server: &Server, plugins: &Plugins) {
    let names = |path: &str| -> BTreeSet<String> {
        let found = fs::read_dir(plugins.path().join(path)).unwrap();
        found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let all: Value = server.json("/_/api/plugins").await;
    let listed = all.as_array().unwrap().iter().map(|plugin| plugin["path"].as_str().unwrap().to_owned());
    let expected: BTreeSet<String> = listed.chain([".davit".to_owned()]).collect();
    assert_eq!(names(""), expected);
    assert_eq!((names(".davit/incoming"), names(".davit/outgoing")), (BTreeSet::new(), BTreeSet::new()));
}
