//! Names that only look as if they led out stay plain names.

use std::fs;

use super::raw_tar::Tar;
use super::raw_zip::{Entry, Zip};
use super::scene::Scene;

/// One segment each, for every system that reads them as they are.
const PLAIN: [&str; 10] = [
    "%2e%2e%2fevil.txt",
    "%2e%2e",
    "..%2fevil.txt",
    "..%5cevil.txt",
    "%252e%252e",
    "\u{2024}\u{2024}",
    "\u{ff0e}\u{ff0e}\u{ff0f}evil.txt",
    "\u{2025}",
    "..;evil.txt",
    "..evil.txt",
];

#[tokio::test]
async fn names_that_only_look_like_a_way_out_stay_plain_names_in_the_plugins_folder() {
    let scene = Scene::new().await;
    let before = scene.look();
    let code = "export default {};\n";
    let tar = PLAIN.iter().fold(Tar::plugin().file("plugin.ts", code), |tar, name| tar.file(name, "plain"));
    let entries = PLAIN.iter().map(|name| Entry::file(name, b"plain"));
    let zip = Zip::plugin(entries.chain([Entry::file("plugin.ts", code.as_bytes())])).bytes();
    for (file, archive) in [("a.tgz", tar.gz()), ("a.zip", zip)] {
        let response = scene.server.upload(file, &archive).send().await.unwrap();
        assert_eq!(response.status(), 200, "{file}: {}", response.text().await.unwrap());
        let folder = scene.own().join("hostile");
        let mut names: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut expected: Vec<&str> = PLAIN.into_iter().chain(["manifest.yaml", "plugin.ts"]).collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "{file}");
        let removed = scene.server.delete("/_/api/plugins/hostile").send().await.unwrap();
        assert_eq!(removed.status(), 200, "{file}");
        let [around, outside, _] = scene.look();
        assert!(
            around.keys().all(|path| before[0].contains_key(path) || path.ends_with("outgoing")),
            "{file}"
        );
        assert_eq!(outside, before[1], "{file}");
    }
}
