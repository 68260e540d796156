//! Removing plugins.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Directories, name, said};
use crate::directories::{Declarations, RemoveError, Root, State};

#[tokio::test]
async fn a_plugin_leaves_with_its_folder_and_whether_it_was_off_is_forgotten() {
    let directories = Directories::new();
    directories.plugin("own/@acme/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start(Declarations::default()).await;
    started.handle.disable(name()).await.unwrap();
    started.handle.remove(name()).await.unwrap();
    assert_eq!(started.now(), (vec![], None));
    assert!(!directories.path("own/@acme").exists());
    assert_eq!(fs::read_dir(directories.path("own/.davit/outgoing")).unwrap().count(), 0);
    let again = started.handle.remove(name()).await.unwrap_err();
    assert!(matches!(again, RemoveError::Unknown(_)), "{again}");
    directories.plugin("own/@acme/ui", "@acme/ui", "version: 2.0.0\n");
    started.handle.reload().await.unwrap();
    assert_eq!(started.now(), said(&[("@acme/ui", State::Ready)], Some("2.0.0")));
}

#[tokio::test]
async fn what_ships_with_the_image_stays_and_takes_the_place_of_what_is_removed() {
    let directories = Directories::new();
    directories.plugin("built-in/ui", "@acme/ui", "version: 1.0.0\n");
    directories.plugin("own/ui", "@acme/ui", "version: 2.0.0\n");
    let started = directories.start(Declarations::default()).await;
    let statuses = started.handle.statuses();
    let removable: Vec<bool> = statuses.iter().map(|status| status.folder.removable).collect();
    assert_eq!(removable, [false, true]);
    started.handle.disable(name()).await.unwrap();
    started.handle.remove(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Disabled)], None));
    let refused = started.handle.remove(name()).await.unwrap_err();
    assert!(matches!(refused, RemoveError::BuiltIn(_)), "{refused}");
    assert!(directories.path("built-in/ui/manifest.yaml").exists());
}

#[tokio::test]
async fn of_a_plugin_behind_a_link_only_the_link_goes() {
    let directories = Directories::new();
    let outside = directories.plugin("outside/ui", "@acme/ui", "version: 1.0.0\n");
    symlink(&outside, directories.path("own/ui")).unwrap();
    let started = directories.start(Declarations::default()).await;
    started.handle.remove(name()).await.unwrap();
    assert_eq!(started.now(), (vec![], None));
    assert!(outside.join("manifest.yaml").exists() && !directories.path("own/ui").exists());
    symlink(directories.path("outside"), directories.path("own/@acme")).unwrap();
    started.handle.reload().await.unwrap();
    assert_eq!(started.now(), said(&[("@acme/ui", State::Ready)], Some("1.0.0")));
    let refused = started.handle.remove(name()).await.unwrap_err();
    assert!(matches!(refused, RemoveError::Outside { .. }), "{refused}");
    assert!(outside.join("manifest.yaml").exists());
}

#[tokio::test]
async fn a_plugin_whose_manifest_is_broken_is_removed_by_the_name_it_is_listed_under() {
    let directories = Directories::new();
    let folder = directories.plugin("own/@acme/ui", "@acme/other", "version: 1.0.0\n");
    fs::write(folder.join("manifest.yaml"), "name: [").unwrap();
    let started = directories.start(Declarations::default()).await;
    assert_eq!(started.handle.statuses()[0].label(), "@acme/ui");
    started.handle.remove(name()).await.unwrap();
    assert_eq!(started.now(), (vec![], None));
}

#[tokio::test]
async fn a_folder_that_a_person_named_is_not_removed() {
    let directories = Directories::new();
    let folder = directories.plugin("own/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start_at(vec![Root::Named(folder.clone())], Declarations::default()).await;
    assert!(!started.handle.statuses()[0].folder.removable);
    let refused = started.handle.remove(name()).await.unwrap_err();
    assert!(matches!(refused, RemoveError::Followed(_)), "{refused}");
    let refused = started.handle.receive().await.err().unwrap();
    assert!(refused.to_string().contains("start with a folder of plugins"), "{refused}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing is written to it");
}

#[tokio::test]
async fn what_a_killed_process_left_is_gone_once_the_first_pass_is_over() {
    let directories = Directories::new();
    for left in ["own/.davit/incoming/a/tree", "own/.davit/outgoing/b"] {
        fs::create_dir_all(directories.path(left)).unwrap();
        fs::write(directories.path(left).join("file"), "x").unwrap();
    }
    fs::write(directories.path("own/.davit/other"), "x").unwrap();
    let _started = directories.start(Declarations::default()).await;
    for left in ["own/.davit/incoming", "own/.davit/outgoing"] {
        assert_eq!(fs::read_dir(directories.path(left)).unwrap().count(), 0, "{left}");
    }
    assert!(directories.path("own/.davit/other").exists());
}
