//! Removing plugins and turning them on and off (contract §4).

use davit_tests::raw;
use davit_tests::server::KEY;
use serde_json::json;

use super::archives::Package;
use super::credential::Credential;
use super::site::{API, Site, page};

/// The ways in which clients write the name of `@scope/name`.
const SPELLINGS: [&str; 3] = ["%40scope%2Fname", "@scope%2Fname", "@scope/name"];

#[tokio::test]
async fn delete_removes_the_plugin_and_tells_of_none() {
    let root = Credential::root();
    let site = Site::of(|_, own| drop(page(own, "placed", "1.0.0"))).await;
    for spelling in SPELLINGS {
        site.install(&Package::page("@scope/name", "1.0.0")).await;
        assert_eq!(site.status("/name").await, 200);
        let answer = site.ask("DELETE", &format!("/plugins/{spelling}"), &root).await;
        assert_eq!(answer.succeeds(200), json!({"success": true}), "{spelling}");
        assert_eq!(site.status("/name").await, 404, "{spelling}");
        assert!(!site.own.path().join("@scope/name").exists(), "{spelling}");
        let again = site.ask("DELETE", &format!("/plugins/{spelling}"), &root).await;
        again.refuses(404, "PLUGIN_NOT_FOUND");
    }
    site.ask("DELETE", "/plugins/placed", &root).await.succeeds(200);
    assert_eq!(site.names("/plugins").await, [""; 0], "what was copied there goes as well");
}

#[tokio::test]
async fn delete_of_a_built_in_plugin_is_forbidden() {
    let site = Site::of(|built_in, _| drop(page(built_in, "ships", "1.0.0"))).await;
    let answer = site.ask("DELETE", "/plugins/ships", &Credential::root()).await;
    answer.refuses(403, "BUILT_IN_PLUGIN_REMOVE_FORBIDDEN");
    assert_eq!(site.status("/ships").await, 200);
    assert!(site.built_in.path().join("ships/manifest.yaml").is_file());
}

#[tokio::test]
async fn enable_and_disable_answer_the_name_and_survive_a_restart() {
    let root = Credential::root();
    let mut site = Site::of(|built_in, own| {
        drop(page(built_in, "ships", "1.0.0"));
        drop(page(own, "@scope/name", "1.0.0"));
        drop(page(own, "off", "1.0.0"));
        let manifest = "name: off\nbase: /off\nenabled: false\nentrypoint: client/index.html\n";
        own.folder("off").write("manifest.yaml", manifest);
    })
    .await;
    for (name, spelling, enabled) in [
        ("ships", "ships", false),
        ("@scope/name", SPELLINGS[0], false),
        ("@scope/name", SPELLINGS[1], true),
        ("@scope/name", SPELLINGS[2], false),
        ("off", "off", true),
    ] {
        let call = if enabled { "enable" } else { "disable" };
        let answer = site.ask("POST", &format!("/plugins/{spelling}/{call}"), &root).await.succeeds(200);
        assert_eq!(answer, json!({"success": true, "data": {"enabled": enabled, "name": name}}));
        let path = format!("/{}", name.rsplit('/').next().unwrap());
        assert_eq!(site.status(&path).await, if enabled { 200 } else { 404 }, "{call} {spelling}");
    }
    let absent = site.ask("POST", "/plugins/none/disable", &root).await;
    absent.refuses(404, "PLUGIN_NOT_FOUND");
    site = site.again(|start| start).await;
    for (path, status) in [("/ships", 404), ("/name", 404), ("/off", 200)] {
        assert_eq!(site.status(path).await, status, "{path} after a restart");
    }
    assert_eq!(site.names("/plugins/loaded").await, ["off"]);
}

#[tokio::test]
async fn names_that_are_no_names_are_refused() {
    let site = Site::of(|_, own| drop(page(own, "kept", "1.0.0"))).await;
    let headers = [("x-api-key", KEY), ("origin", "http://davit.test")];
    for name in [
        "..",
        "%2e%2e",
        "..%2F..",
        "%40x%2F..",
        "@x/..",
        "%40x",
        "a%00b",
        "a%5Cb",
        "%2Fetc",
        "kept%2F..",
        ".davit",
    ] {
        for call in [format!("DELETE {API}/plugins/{name}"), format!("POST {API}/plugins/{name}/disable")] {
            let answer = raw::ask(site.server.address(), &call, &headers).await;
            assert!((400..500).contains(&answer.status), "{call}: {answer:?}");
        }
    }
    assert_eq!(site.names("/plugins/loaded").await, ["kept"]);
    assert!(site.own.path().join("kept/manifest.yaml").is_file());
}
