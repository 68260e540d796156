//! Uploads (contract §4).

use davit_tests::raw;
use davit_tests::server::{KEY, form};
use serde_json::json;

use super::answer::told;
use super::archives::Package;
use super::credential::Credential;
use super::site::{API, Site, page};

/// Asserts that an upload is refused, in the shape that uploads have for it.
async fn refused(site: &Site, file: &str, archive: &[u8], code: &str) {
    let answer = site.upload(file, archive, &Credential::root()).await;
    let said = answer.refuses(400, code);
    assert_eq!(answer.json()["success"], json!(false), "{answer:?}");
    for directory in [site.own.path(), site.built_in.path(), &std::env::temp_dir()] {
        assert!(!said.contains(directory.to_str().unwrap()), "a path of the machine in {said:?}");
    }
}

#[tokio::test]
async fn upload_takes_every_format_in_every_layout() {
    let site = Site::empty().await;
    let mut number = 0;
    for format in ["tgz", "tar.gz", "zip"] {
        for prefix in ["", "./", "package/", "my-plugin-1.0.0/"] {
            number += 1;
            let (name, version) = (format!("p{number}"), format!("1.0.{number}"));
            let package = Package::page(&name, &version);
            let archive = if format == "zip" { package.zip(prefix) } else { package.tgz(prefix) };
            let answer = site.upload(&format!("{name}.{format}"), &archive, &Credential::root()).await;
            let body = answer.succeeds(200);
            let at = body["data"]["plugin"]["installedAt"].as_str().expect("a time");
            let at: jiff::Timestamp = at.parse().expect("RFC 3339");
            let age = jiff::Timestamp::now().duration_since(at);
            assert!(age.unsigned_abs() < davit_tests::PATIENCE, "{at}");
            let plugin = json!({"name": name, "version": version, "installedAt": body["data"]["plugin"]["installedAt"]});
            assert_eq!(body, json!({"success": true, "data": {"plugin": plugin}}), "{format} {prefix}");
            assert!(site.server.text(&format!("/{name}/")).await.contains(&version), "{format} {prefix}");
        }
    }
}

#[tokio::test]
async fn upload_goes_to_the_first_writable_directory_and_is_logged_when_it_is_loaded() {
    let site = Site::empty().await;
    site.install(&Package::page("@scope/my-plugin", "1.0.0")).await;
    let folder = site.own.path().join("@scope/my-plugin");
    assert!(folder.join("manifest.yaml").is_file(), "it lies under its name");
    assert_eq!(std::fs::read_dir(site.built_in.path()).unwrap().count(), 0);
    let line = format!("[PluginLoader] Loaded: @scope/my-plugin ({})", folder.display());
    site.server.logs().record("the plugin is loaded", |record| record["message"] == *line).await;
}

#[tokio::test]
async fn upload_replaces_the_plugin_of_its_name_whatever_its_folder_is_called() {
    let site = Site::of(|_, own| drop(page(own, "@acme/shop", "1.0.0"))).await;
    std::fs::rename(site.own.path().join("@acme/shop"), site.own.path().join("other")).unwrap();
    site.ask("POST", "/plugins/reload", &Credential::root()).await.succeeds(200);
    for version in ["1.1.0", "0.9.0"] {
        site.install(&Package::page("@acme/shop", version)).await;
        assert!(site.server.text("/shop/").await.contains(version));
        assert_eq!(site.names("/plugins").await, ["@acme/shop"], "{version}");
    }
}

#[tokio::test]
async fn upload_errors_have_the_contracts_codes_and_success_false() {
    let site = Site::empty().await;
    let good = Package::page("good", "1.0.0").tgz("");
    for (media_type, body) in [
        ("application/json", b"{}".to_vec()),
        ("multipart/form-data", form("file", "good.tgz", &good).1),
        ("multipart/form-data; boundary=other", form("file", "good.tgz", &good).1),
        ("multipart/form-data; boundary=suite-form-boundary", b"no form".to_vec()),
    ] {
        let call = site.call("POST", "/plugins/upload", &Credential::root());
        let answer = told(call.header("content-type", media_type).body(body)).await;
        answer.refuses(400, "INVALID_MULTIPART_FORM");
        assert_eq!(answer.json()["success"], json!(false));
    }
    let (media_type, body) = form("archive", "good.tgz", &good);
    let call = site.call("POST", "/plugins/upload", &Credential::root());
    let answer = told(call.header("content-type", media_type).body(body)).await;
    answer.refuses(400, "NO_FILE_PROVIDED");
    assert_eq!(answer.json()["success"], json!(false));
    refused(&site, "good.txt", &good, "INVALID_FILE_TYPE").await;
    refused(&site, "good.tgz", b"just text", "INVALID_FILE_TYPE").await;
    refused(&site, "good.zip", b"just text", "INVALID_FILE_TYPE").await;
    let mut leaves = Package::page("leaves", "1.0.0");
    leaves.files.push(("../../leaves.txt".to_owned(), "x".to_owned()));
    refused(&site, "leaves.tgz", &leaves.tgz(""), "PATH_TRAVERSAL").await;
    refused(&site, "leaves.zip", &leaves.zip(""), "PATH_TRAVERSAL").await;
    assert_eq!(site.names("/plugins").await, [""; 0]);
}

#[tokio::test]
async fn upload_then_reload_as_the_clients_do() {
    let site = Site::empty().await;
    let installer = site.key_for(&["plugins:install"]).await.api_key();
    let answer = site.upload("a.tgz", &Package::page("a", "1.0.0").tgz("package/"), &installer).await;
    answer.succeeds(200);
    let reloaded = site.ask("POST", "/plugins/reload", &installer).await.succeeds(200);
    assert_eq!(reloaded["plugins"], json!([{"name": "a", "version": "1.0.0"}]));
    site.ask("GET", "/plugins", &installer).await.refuses(403, "PERMISSION_DENIED");
}

#[tokio::test]
async fn upload_that_is_too_large_is_refused_before_its_body_is_read() {
    let site = Site::started(|_, _| (), |start| start.env("DAVIT_MAX_UPLOAD_SIZE", "1Mi")).await;
    let (origin, length) = (site.server.url(""), (4 << 20).to_string());
    let host = format!("localhost:{}", site.server.address().port());
    let headers = [
        ("host", host.as_str()),
        ("origin", &origin),
        ("x-api-key", KEY),
        ("content-type", "multipart/form-data; boundary=x"),
        ("content-length", &length),
    ];
    let mut open = raw::open(site.server.address(), &format!("POST {API}/plugins/upload"), &headers).await;
    assert_eq!(raw::read_head(&mut open).await.status, 413, "not one byte of the body was sent");
    let large = vec![b'x'; 2 << 20];
    let body = form("file", "large.tgz", &large);
    let stream = futures::stream::iter(
        body.1.chunks(1 << 16).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>(),
    );
    let call = site.call("POST", "/plugins/upload", &Credential::root()).header("content-type", body.0);
    let answer = told(call.body(reqwest::Body::wrap_stream(stream))).await;
    assert_eq!(answer.status, 413, "a body of unknown length is cut off: {answer:?}");
    assert_eq!(answer.json()["success"], json!(false));
}
