//! Installing packages.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use davit_plugin::PluginName;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::FutureExt as _;

use super::{Directories, Started, name, said};
use crate::directories::{Declarations, InstallError, Installed, State};

/// The gzip'd tar of these files.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A package of a page alone.
fn page(name: &str, version: &str) -> Vec<u8> {
    let manifest = format!("name: \"{name}\"\nversion: {version}\nbase: /ui\nentrypoint: index.html\n");
    packed(&[("manifest.yaml", &manifest), ("index.html", version)])
}

impl Started {
    async fn install(&self, archive: &[u8]) -> Result<Installed, InstallError> {
        let incoming = self.handle.receive().await?;
        incoming.file()?.write_all(archive).unwrap();
        self.handle.install(incoming.stage(1 << 20).await?).await
    }
}

/// What lies in the directory that is written to: entries, and what came in.
fn entries(directories: &Directories) -> (Vec<String>, usize) {
    let names = |path: &str| {
        let found = fs::read_dir(directories.path(path)).unwrap();
        let mut names: Vec<String> =
            found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    (names("own"), names("own/.davit/incoming").len())
}

#[tokio::test]
async fn a_package_is_installed_under_its_name_and_its_next_version_takes_its_place() {
    let directories = Directories::new();
    let started = directories.start(Declarations::default()).await;
    for version in ["1.0.0", "2.0.0"] {
        let installed = started.install(&page("@acme/ui", version)).await.unwrap();
        assert_eq!((installed.name, installed.version.to_string()), (name(), version.to_owned()));
        assert_eq!(started.now(), said(&[("@acme/ui", State::Ready)], Some(version)));
        assert_eq!(entries(&directories), (vec![".davit".into(), "@acme".into()], 0));
        assert_eq!(fs::read_to_string(directories.path("own/@acme/ui/index.html")).unwrap(), version);
    }
    assert_eq!(fs::read_dir(directories.path("own/@acme")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(directories.path("built-in")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_plugin_in_a_folder_of_another_name_is_replaced_there_and_stays_turned_off() {
    let directories = Directories::new();
    let folder = directories.plugin("own/mine", "@acme/ui", "version: 1.0.0\n");
    fs::write(folder.join("old.txt"), "old").unwrap();
    let started = directories.start(Declarations::default()).await;
    started.handle.disable(name()).await.unwrap();
    started.install(&page("@acme/ui", "2.0.0")).await.unwrap();
    assert_eq!(started.now(), said(&[("mine", State::Disabled)], None));
    started.handle.enable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("mine", State::Ready)], Some("2.0.0")));
    assert_eq!(entries(&directories), (vec![".davit".into(), "mine".into()], 0));
    assert!(!folder.join("old.txt").exists());
}

#[tokio::test]
async fn what_ships_with_the_image_makes_place_only_once_it_is_off() {
    let directories = Directories::new();
    directories.plugin("built-in/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start(Declarations::default()).await;
    let refused = started.install(&page("@acme/ui", "2.0.0")).await.unwrap_err();
    assert!(matches!(refused, InstallError::BuiltIn(_)), "{refused}");
    assert_eq!(started.now(), said(&[("ui", State::Ready)], Some("1.0.0")));
    started.handle.disable(name()).await.unwrap();
    started.install(&page("@acme/ui", "2.0.0")).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Disabled), ("@acme/ui", State::Ready)], Some("2.0.0")));
}

#[tokio::test]
async fn what_is_not_the_plugins_is_never_replaced() {
    let directories = Directories::new();
    let (other, outside) = (directories.path("own/@acme/ui"), directories.path("outside"));
    fs::create_dir_all(&other).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    symlink(&outside, directories.path("own/@linked")).unwrap();
    symlink("/nowhere", directories.path("own/dangling")).unwrap();
    let started = directories.start(Declarations::default()).await;
    for (name, expected) in [
        ("@acme/ui", "the folder @acme/ui in the plugin directory is there"),
        ("dangling", "the folder dangling in the plugin directory is there"),
        ("@linked/ui", "lies outside of the plugin directory"),
        ("node_modules", "never looked into"),
        ("@acme/node_modules", "never looked into"),
        ("upload", "a call of this name"),
        ("reload", "a call of this name"),
        ("loaded", "a call of this name"),
    ] {
        let refused = started.install(&page(name, "1.0.0")).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{name}: {refused}");
    }
    assert_eq!(fs::read_to_string(other.join("notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(entries(&directories).1, 0);
}

#[tokio::test]
async fn a_package_that_would_push_another_plugin_out_is_refused() {
    let directories = Directories::new();
    for number in 0..10_000 {
        fs::create_dir(directories.path(&format!("own/z{number}"))).unwrap();
    }
    let started = directories.start(Declarations::default()).await;
    let refused = started.install(&page("@acme/ui", "1.0.0")).await.unwrap_err().to_string();
    assert!(refused.contains("holds 10000 folders"), "{refused}");
    fs::remove_dir(directories.path("own/z0")).unwrap();
    started.install(&page("@acme/ui", "1.0.0")).await.unwrap();
}

#[tokio::test]
async fn of_a_plugin_behind_a_link_only_the_link_is_replaced() {
    let directories = Directories::new();
    let outside = directories.plugin("outside", "@acme/ui", "version: 1.0.0\n");
    symlink(&outside, directories.path("own/ui")).unwrap();
    let started = directories.start(Declarations::default()).await;
    assert_eq!(started.now(), said(&[("ui", State::Ready)], Some("1.0.0")));
    started.install(&page("@acme/ui", "2.0.0")).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Ready)], Some("2.0.0")));
    assert!(directories.path("own/ui").symlink_metadata().unwrap().is_dir());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 2, "it is as it was");
    assert_eq!(entries(&directories).1, 0);
}

#[tokio::test]
async fn what_a_pass_would_refuse_changes_nothing_and_the_reason_names_no_path_of_the_machine() {
    let directories = Directories::new();
    directories.plugin("own/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start(Declarations::default()).await;
    let good = "name: \"@acme/ui\"\nbase: /ui\n";
    let table: [(&[(&str, &str)], &str); 5] = [
        (&[("manifest.yaml", "name: [")], "package/manifest.yaml:1"),
        (&[("manifest.yaml", "name: \"@x/..\"\n"), ("index.html", "")], "is not a plugin name"),
        (&[("manifest.yaml", good)], "no code and no user interface"),
        (&[("manifest.yaml", "name: a\nentrypoint: a.html\n"), ("a.html", "")], "no base"),
        (&[("index.html", "")], "no manifest.yaml"),
    ];
    for (files, expected) in table {
        let refused = started.install(&packed(files)).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
        assert!(!refused.contains(directories.path("").to_str().unwrap()), "{refused}");
    }
    assert_eq!(started.now(), said(&[("ui", State::Ready)], Some("1.0.0")));
    assert_eq!(entries(&directories), (vec![".davit".into(), "ui".into()], 0));
}

#[tokio::test]
async fn a_folder_that_was_removed_by_hand_says_nothing_of_the_one_that_comes() {
    let directories = Directories::new();
    let folder = directories.plugin("own/@acme/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start(Declarations::default()).await;
    started.handle.disable(name()).await.unwrap();
    fs::remove_dir_all(folder).unwrap();
    started.install(&page("@acme/ui", "2.0.0")).await.unwrap();
    assert_eq!(started.now(), said(&[("@acme/ui", State::Ready)], Some("2.0.0")));
}

#[tokio::test]
async fn few_packages_come_in_at_once_and_not_many_wait() {
    let directories = Directories::new();
    let started = directories.start(Declarations::default()).await;
    let mut here = Vec::new();
    for _ in 0..4 {
        here.push(started.handle.receive().await.unwrap());
    }
    assert_eq!(entries(&directories).1, 4);
    let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(started.handle.receive())).collect();
    assert!(waiting.iter_mut().all(|waits| waits.now_or_never().is_none()));
    let refused = started.handle.receive().await.err().unwrap();
    assert!(matches!(refused, InstallError::Busy), "{refused}");
    here.pop();
    here.push(waiting.remove(0).await.unwrap());
    assert_eq!(entries(&directories).1, 4);
    drop((here, waiting));
    assert_eq!(entries(&directories).1, 0);
    let _more_may_come: PluginName = started.install(&page("@acme/ui", "1.0.0")).await.unwrap().name;
}
