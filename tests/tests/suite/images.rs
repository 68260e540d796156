//! What the Dockerfiles must agree on: with each other, and with what they are built
//! from. That they build, and how large the images get, `make images` shows.

use std::fs;

use davit_tests::programs::repository;
use serde_json::Value;

const BOTH: [&str; 2] = ["Dockerfile.operator", "Dockerfile.runtime"];

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The default that a Dockerfile has for an argument; each time it stands there.
fn defaults<'a>(dockerfile: &'a str, argument: &str) -> Vec<&'a str> {
    let prefix = format!("ARG {argument}=");
    dockerfile.lines().filter_map(|line| line.strip_prefix(&prefix)).collect()
}

/// The tag of an image, up to the `-` of its variant.
fn tag(image: &str) -> &str {
    let tag = image.rsplit_once(':').expect("a tag").1;
    tag.split_once('-').map_or(tag, |(version, _)| version)
}

#[test]
fn the_second_image_finds_the_layers_of_the_first() {
    let [operator, runtime] = BOTH.map(|path| {
        let text = text(path);
        let stage = text.split_once("ARG RUST_IMAGE").expect("a build stage").1;
        stage.split_once("\nFROM").expect("a base").1.split_once("\nFROM").expect("more stages").0.to_owned()
    });
    let rust = |path| defaults(&text(path), "RUST_IMAGE").join(" ");
    assert_eq!(rust(BOTH[0]), rust(BOTH[1]));
    assert_eq!(operator.trim_end(), runtime.trim_end());
}

#[test]
fn the_images_have_the_version_rust_and_bun_of_the_workspace() {
    let manifest = text("Cargo.toml");
    let of_workspace = |key: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
        line.and_then(|line| line.strip_suffix('"')).expect("the key").to_owned()
    };
    let packages: Value = serde_json::from_str(&text("package.json")).expect("JSON");
    for path in BOTH {
        let dockerfile = text(path);
        assert_eq!(defaults(&dockerfile, "VERSION"), [of_workspace("version")], "{path}");
        assert_eq!(tag(defaults(&dockerfile, "RUST_IMAGE")[0]), of_workspace("rust-version"), "{path}");
    }
    let bun = text("Dockerfile.runtime");
    assert_eq!(Some(tag(defaults(&bun, "BUN_IMAGE")[0])), packages["devDependencies"]["bun"].as_str());
}

#[test]
fn every_crate_of_the_workspace_has_its_manifest_in_the_layer_of_dependencies() {
    let manifest = text("Cargo.toml");
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).expect("members");
    let members: Vec<String> = serde_json::from_str(members).expect("a list of names");
    for path in BOTH {
        let dockerfile = text(path);
        for member in &members {
            let line = format!("COPY {member}/Cargo.toml {member}/\n");
            assert!(dockerfile.contains(&line), "{path} lacks: {line}");
        }
    }
}
