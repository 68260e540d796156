//! Turning plugins on and off.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use davit_plugin::{Grant, PluginName};

use super::{Directories, name, said};
use crate::directories::{Declarations, Declared, State, SwitchError};

fn read(folder: &Path) -> String {
    fs::read_to_string(folder.join("manifest.yaml")).unwrap()
}

#[tokio::test]
async fn what_is_turned_off_leaves_stays_off_after_a_restart_and_its_manifest_is_not_touched() {
    let directories = Directories::new();
    let folder = directories.plugin("own/@acme/ui", "@acme/ui", "version: 1.0.0 # enabled: true\n");
    let manifest = read(&folder);
    let first = directories.start(Declarations::default()).await;
    assert_eq!(first.now(), said(&[("@acme/ui", State::Ready)], Some("1.0.0")));
    let statuses = first.handle.disable(name()).await.unwrap();
    let problem = statuses[0].problem.clone().unwrap();
    assert!(problem.message.contains("an administrator has turned it off"), "{problem:?}");
    assert_eq!(first.now(), said(&[("@acme/ui", State::Disabled)], None));
    drop(first);
    let second = directories.start(Declarations::default()).await;
    assert_eq!(second.now(), said(&[("@acme/ui", State::Disabled)], None));
    second.handle.disable(name()).await.unwrap();
    assert_eq!(second.now(), said(&[("@acme/ui", State::Disabled)], None));
    second.handle.enable(name()).await.unwrap();
    assert_eq!(second.now(), said(&[("@acme/ui", State::Ready)], Some("1.0.0")));
    assert_eq!(read(&folder), manifest);
}

#[tokio::test]
async fn a_first_copy_that_is_off_does_not_hide_a_second_one_that_is_on() {
    let directories = Directories::new();
    let first = directories.plugin("built-in/ui", "@acme/ui", "version: 1.0.0\n");
    directories.plugin("own/ui", "@acme/ui", "version: 2.0.0\n");
    let started = directories.start(Declarations::default()).await;
    assert_eq!(started.now(), said(&[("ui", State::Ready), ("ui", State::Failed)], Some("1.0.0")));
    started.handle.disable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Disabled), ("ui", State::Ready)], Some("2.0.0")));
    started.handle.disable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Disabled), ("ui", State::Disabled)], None));
    started.handle.enable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Ready), ("ui", State::Disabled)], Some("1.0.0")));
    assert_eq!(fs::read_dir(directories.path("built-in")).unwrap().count(), 1, "it is not written to");
    assert_eq!(fs::read_dir(first).unwrap().count(), 2);
}

#[tokio::test]
async fn what_is_turned_on_runs_although_its_manifest_says_no() {
    let directories = Directories::new();
    directories.plugin("built-in/ui", "@acme/ui", "version: 1.0.0\nenabled: false\n");
    let started = directories.start(Declarations::default()).await;
    assert_eq!(started.now(), said(&[("ui", State::Disabled)], None));
    started.handle.enable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Ready)], Some("1.0.0")));
}

#[tokio::test]
async fn a_plugin_that_is_off_stays_off_while_its_manifest_is_broken() {
    let directories = Directories::new();
    let folder = directories.plugin("own/ui", "@acme/ui", "version: 1.0.0\n");
    let started = directories.start(Declarations::default()).await;
    fs::write(folder.join("manifest.yaml"), "name: [").unwrap();
    started.handle.reload().await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::LastGood)], Some("1.0.0")));
    started.handle.disable(name()).await.unwrap();
    assert_eq!(started.now(), said(&[("ui", State::Disabled)], None));
}

#[tokio::test]
async fn nobody_is_turned_off_who_is_not_there_or_whom_a_resource_declares() {
    let directories = Directories::new();
    directories.plugin("own/ui", "@acme/ui", "version: 1.0.0\n");
    let declarations = Declarations::default();
    let started = directories.start(declarations.clone()).await;
    let other: PluginName = "other".parse().unwrap();
    let refused = started.handle.disable(other).await.unwrap_err();
    assert!(matches!(refused, SwitchError::Unknown(_)), "{refused}");
    started.handle.disable(name()).await.unwrap();
    let declared = Declared { grant: Grant::default(), enabled: true, suspended: false };
    declarations.set(BTreeMap::from([(name(), declared)]));
    let refused = started.handle.disable(name()).await.unwrap_err();
    assert!(matches!(refused, SwitchError::Declared(_)), "{refused}");
    started.handle.reload().await.unwrap();
    assert_eq!(started.now().1.as_deref(), Some("1.0.0"), "the resource's word goes before the switch");
}
