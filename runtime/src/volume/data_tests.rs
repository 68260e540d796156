//! The plugins' own folders, over days and restarts.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use davit_plugin::PluginName;
use tempfile::TempDir;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn name(name: &str) -> PluginName {
    name.parse().unwrap()
}

fn names(names: &[&str]) -> BTreeSet<PluginName> {
    names.iter().map(|one| name(one)).collect()
}

/// A volume whose plugins have each written something and are not used any more.
fn volume(root: &TempDir, plugins: &[&str]) -> Volume {
    let volume = Volume::open(root.path()).unwrap();
    for plugin in plugins {
        let folder = volume.data().folder(&name(plugin)).unwrap();
        fs::write(folder.path().join("kept"), *plugin).unwrap();
    }
    volume
}

fn there(root: &TempDir, plugin: &str) -> bool {
    root.path().join("data").join(plugin).join("kept").exists()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_the_runtimes_user_enters_a_plugins_folder() {
    let root = tempfile::tempdir().unwrap();
    let volume = Volume::open(root.path()).unwrap();
    let folder = volume.data().folder(&name("@scope/own")).unwrap();
    assert_eq!(folder.path(), root.path().canonicalize().unwrap().join("data/@scope/own"));
    let data = root.path().join("data");
    for path in [folder.path(), &data.join("@scope"), &data] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
}

#[test]
fn data_stays_for_a_day_after_its_plugin_has_left_and_no_longer() {
    let root = tempfile::tempdir().unwrap();
    let volume = volume(&root, &["gone", "@scope/gone", "here"]);
    let begun = SystemTime::now();
    let look = |hours: u32| drop(volume.data().look_over(&names(&["here"]), begun + HOUR * hours).unwrap());
    look(0);
    look(23);
    assert!(there(&root, "gone") && there(&root, "@scope/gone"));
    look(24);
    assert!(!there(&root, "gone") && !there(&root, "@scope/gone"));
    assert!(there(&root, "here"));
}

#[test]
fn a_plugin_that_comes_back_finds_its_data_and_its_clock_begins_anew() {
    let root = tempfile::tempdir().unwrap();
    let volume = volume(&root, &["guest"]);
    let begun = SystemTime::now();
    let look = |present: &[&str], hours: u32| {
        drop(volume.data().look_over(&names(present), begun + HOUR * hours).unwrap());
    };
    look(&[], 0);
    look(&["guest"], 23);
    look(&[], 30);
    look(&[], 53);
    assert!(there(&root, "guest"));
    look(&[], 54);
    assert!(!there(&root, "guest"));
}

#[test]
fn a_restart_does_not_set_the_clock_back() {
    let root = tempfile::tempdir().unwrap();
    let begun = SystemTime::now();
    drop(volume(&root, &["gone"]).data().look_over(&names(&[]), begun).unwrap());
    let again = Volume::open(root.path()).unwrap();
    drop(again.data().look_over(&names(&[]), begun + HOUR * 24).unwrap());
    assert!(!there(&root, "gone"));
}

#[test]
fn a_clock_that_was_set_back_or_is_damaged_keeps_data_for_longer() {
    let root = tempfile::tempdir().unwrap();
    let volume = volume(&root, &["gone"]);
    let begun = SystemTime::now();
    let look = |at: SystemTime| drop(volume.data().look_over(&names(&[]), at).unwrap());
    look(begun + HOUR * 1000);
    look(begun);
    look(begun + HOUR * 23);
    assert!(there(&root, "gone"));
    fs::write(root.path().join("data/.left.json"), "{").unwrap();
    look(begun + HOUR * 24);
    assert!(there(&root, "gone"));
    look(begun + HOUR * 48);
    assert!(!there(&root, "gone"));
}

#[test]
fn a_folder_that_is_used_is_not_removed_however_long_its_plugin_is_gone() {
    let root = tempfile::tempdir().unwrap();
    let volume = volume(&root, &["busy"]);
    let begun = SystemTime::now();
    let look = |hours: u32| drop(volume.data().look_over(&names(&[]), begun + HOUR * hours).unwrap());
    look(0);
    let used = volume.data().folder(&name("busy")).unwrap();
    look(48);
    assert!(there(&root, "busy"));
    drop(used);
    look(49);
    assert!(!there(&root, "busy"));
}

#[test]
fn nothing_but_folders_of_plugins_is_touched_and_no_link_is_followed() {
    let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let volume = Volume::open(root.path()).unwrap();
    fs::write(elsewhere.path().join("kept"), "").unwrap();
    let data = root.path().join("data");
    std::os::unix::fs::symlink(elsewhere.path(), data.join("link")).unwrap();
    fs::create_dir(data.join(".hidden")).unwrap();
    fs::write(data.join("file"), "").unwrap();
    let begun = SystemTime::now();
    for hours in [0, 24] {
        drop(volume.data().look_over(&names(&[]), begun + HOUR * hours).unwrap());
    }
    assert!(there(&root, "link") && data.join(".hidden").exists() && data.join("file").exists());
    assert!(volume.data().folder(&name("link")).is_err(), "a link is nobody's folder");
}

#[test]
fn what_was_taken_out_and_not_removed_goes_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let first = volume(&root, &["gone"]);
    let begun = SystemTime::now();
    drop(first.data().look_over(&names(&[]), begun).unwrap());
    let out = first.data().look_over(&names(&[]), begun + HOUR * 24).unwrap();
    out.into_iter().for_each(|gone| drop(gone.keep()));
    drop(first);
    let left = || fs::read_dir(root.path().join("data")).unwrap().count();
    assert_eq!(left(), 2, "the clock, and what was taken out");
    drop(Volume::open(root.path()).unwrap());
    assert_eq!(left(), 1);
}
