//! Faults 2 and 13 of the reference (contract §5): what broke it is done here.

use std::fs;
use std::path::Path;

use davit_tests::raw;
use davit_tests::server::KEY;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tar::{Builder, EntryType, Header};

use super::answer::{Answer, told};
use super::archives::Package;
use super::credential::Credential;
use super::site::{Site, page};

/// Everything in a folder, with the texts of its files. Davit's own folder is left
/// out.
fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if name == ".davit" {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                found.push((name, String::new()));
                open.push(path);
            } else {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A refusal of an upload: a client's fault with a code, and no path of this machine
/// in it.
fn told_well(site: &Site, answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    assert!(answer.code().is_some() && answer.json()["success"] == json!(false), "{what}: {answer:?}");
    for part in [site.own.path().to_str().unwrap(), "incoming", ".davit/"] {
        assert!(!answer.text.contains(part), "{what}: {part} is in {answer:?}");
    }
}

/// A package with a link in it.
fn with_link(kind: EntryType, name: &str, target: &str) -> Vec<u8> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in Package::page("linked", "1.0.0").files {
        let mut header = Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_mode(0o777);
    archive.append_link(&mut header, name, target).unwrap();
    archive.into_inner().and_then(GzEncoder::finish).unwrap()
}

/// Fault 2.
#[tokio::test]
async fn fault_2_no_name_or_version_of_an_upload_leaves_its_own_folder() {
    let outer = tempfile::tempdir().unwrap();
    let site = Site::of(|_, own| {
        drop(page(own, "kept", "1.0.0"));
        drop(page(own, "@x/kept-too", "1.0.0"));
    })
    .await;
    let outside = outer.path().join("escaped");
    let before = tree(site.own.path());
    let absolute = outside.to_str().unwrap();
    for name in [
        "@x/..",
        "@x/.",
        "..",
        ".",
        "../escaped",
        "@../kept",
        "@x/../kept",
        "a/b",
        absolute,
        "",
        "@x/",
        ".davit",
        "a\\u0000b",
        "%2e%2e",
    ] {
        let archive = Package::page(name, "1.0.0").tgz("");
        told_well(&site, &site.upload("x.tgz", &archive, &Credential::root()).await, name);
        assert_eq!(tree(site.own.path()), before, "{name}");
    }
    for version in ["../zz", "../../zz", "1.0.0/../../zz", "/zz", "1.0.0+../zz"] {
        let archive = Package::page("versioned", version).tgz("");
        told_well(&site, &site.upload("x.tgz", &archive, &Credential::root()).await, version);
        assert_eq!(tree(site.own.path()), before, "{version}");
    }
    assert!(!outside.exists());
    for path in ["/kept", "/kept-too"] {
        assert_eq!(site.status(path).await, 200);
    }
}

/// Fault 2.
#[tokio::test]
async fn fault_2_no_link_of_an_upload_leads_out_of_the_package() {
    let site = Site::empty().await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "a secret of the machine").unwrap();
    let secret = secret.path().to_str().unwrap();
    for kind in [EntryType::Symlink, EntryType::Link] {
        for target in
            [secret, "/etc/passwd", "../../../../../../etc/passwd", "../../other", "/proc/self/environ"]
        {
            let archive = with_link(kind, "client/leak.txt", target);
            told_well(&site, &site.upload("x.tgz", &archive, &Credential::root()).await, target);
        }
    }
    assert_eq!(tree(site.own.path()), []);
    let archive = with_link(EntryType::Symlink, "client/same.html", "index.html");
    site.upload("x.tgz", &archive, &Credential::root()).await.succeeds(200);
    assert!(site.server.text("/linked/same.html").await.contains("1.0.0"), "a link inside is fine");
}

/// Fault 2.
#[tokio::test]
async fn fault_2_no_call_reads_files_of_the_host() {
    let site = Site::of(|_, own| drop(page(own, "shown", "1.0.0"))).await;
    fs::write(site.own.path().join("beside.txt"), "a secret beside").unwrap();
    let paths = [
        "/shown/../beside.txt",
        "/shown/..%2fbeside.txt",
        "/shown/%2e%2e/beside.txt",
        "/shown/%2e%2e%2fbeside.txt",
        "/shown/..%5cbeside.txt",
        "/shown/....//beside.txt",
        "/shown/%252e%252e/beside.txt",
        "/shown/../../../../../../etc/passwd",
        "/shown/%2fetc%2fpasswd",
        "/shown//etc/passwd",
        "/_/api/plugins/shown/files?path=../beside.txt",
        "/_/api/plugins/..%2f..%2fetc%2fpasswd",
        "/_/api/plugins/shown/../beside.txt",
        "/_/api/docs/../../beside.txt",
        "/_/api/docs/..%2f..%2f..%2fetc%2fpasswd",
        "/_/api/plugins/..%2fbeside.txt/logs?follow=false",
        "/api/plugins/%2e%2e/logs?follow=false",
    ];
    for path in paths {
        let answer = raw::get(site.server.address(), path, &[("x-api-key", KEY)]).await;
        let text = answer.text();
        assert!(!text.contains("a secret beside") && !text.contains("root:"), "{path}: {text}");
    }
}

/// Fault 13.
#[tokio::test]
async fn fault_13_a_bad_archive_is_the_clients_fault_and_tells_no_path() {
    let site = Site::empty().await;
    let root = Credential::root();
    let good = Package::page("good", "1.0.0");
    let (tgz, zip) = (good.tgz(""), good.zip(""));
    let mut flipped = tgz.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 8].iter_mut().for_each(|byte| *byte = !*byte);
    let bare = Package::of(&[("readme.md", "no manifest")]);
    let unread = Package::of(&[("manifest.yaml", "name: [")]);
    let codeless = Package::of(&[("manifest.yaml", "name: codeless\nbase: /codeless\n")]);
    let missing = Package::of(&[("manifest.yaml", "name: m\nbase: /m\npluginEntry: dist/plugin.js\n")]);
    for (what, file, bytes) in [
        ("nothing", "x.tgz", Vec::new()),
        ("half a tar", "x.tgz", tgz[..tgz.len() / 2].to_vec()),
        ("a flipped tar", "x.tgz", flipped),
        ("a zip without its end", "x.zip", zip[..zip.len() - 30].to_vec()),
        ("a head alone", "x.tgz", tgz[..10].to_vec()),
        ("an empty archive", "x.tgz", Package::of(&[]).tgz("")),
        ("an empty zip", "x.zip", Package::of(&[]).zip("")),
        ("no manifest", "x.tgz", bare.tgz("")),
        ("a manifest that is no YAML", "x.tgz", unread.tgz("")),
        ("no code", "x.tgz", codeless.tgz("")),
        ("code that is not there", "x.zip", missing.zip("")),
        ("two folders down", "x.tgz", good.tgz("a/b/")),
    ] {
        told_well(&site, &site.upload(file, &bytes, &root).await, what);
    }
    assert_eq!(site.names("/plugins").await, [""; 0]);
    assert_eq!(tree(site.own.path()), []);
    for (file, bytes) in [("flat.tgz", good.tgz("")), ("wrapped.zip", good.zip("good-1.0.0/"))] {
        site.upload(file, &bytes, &root).await.succeeds(200);
    }
}

/// Fault 13.
#[tokio::test]
async fn fault_13_broken_json_is_the_clients_fault() {
    let site = Site::empty().await;
    for broken in ["{", "nope", "", "\u{0}", "{\"name\": \"x\", \"role\": }", "{\"key\": "] {
        for path in ["/keys", "/admin/session"] {
            let call =
                site.call("POST", path, &Credential::root()).header("content-type", "application/json");
            told(call.body(broken)).await.refuses(400, "INVALID_JSON");
        }
    }
    for (what, body) in [("no UTF-8", vec![b'"', 0xff, b'"']), ("deep", vec![b'['; 10_000])] {
        let call = site.call("POST", "/keys", &Credential::root()).header("content-type", "application/json");
        assert_eq!(told(call.body(body)).await.status, 400, "{what}");
    }
}
