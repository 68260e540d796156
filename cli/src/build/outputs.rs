//! Which files of a plugin's folder its build makes: those that a watcher must
//! not take for a change by the author.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use davit_plugin::{Manifest, PackagePath};

/// The first segments of the paths that a build may make, e.g. `dist`: those of
/// `pluginEntry` and `entrypoint`. Of use only where there is a build script.
///
/// A folder of static files that no build touches is among them too;
/// [`Entries`] tells the two apart.
pub fn outputs(manifest: &Manifest) -> BTreeSet<String> {
    entries(manifest).map(|path| path.first_segment().to_owned()).collect()
}

fn entries(manifest: &Manifest) -> impl Iterator<Item = &PackagePath> {
    manifest.plugin_entry.iter().chain(&manifest.entrypoint)
}

/// A plugin's entry files as they were at one moment.
#[derive(Debug, Clone)]
pub struct Entries {
    folder: PathBuf,
    stamps: BTreeMap<PackagePath, Option<Stamp>>,
}

/// Inode, seconds and nanoseconds of the last change, size.
type Stamp = (u64, i64, i64, u64);

impl Entries {
    /// The entry files of the plugin in `folder` as they are now: call it before
    /// a build.
    pub fn of(folder: &Path, manifest: &Manifest) -> Self {
        let stamps = entries(manifest).map(|path| (path.clone(), stamp(&path.on_disk(folder)))).collect();
        Self { folder: folder.to_owned(), stamps }
    }

    /// The first segments of the entries that were written since: call it after
    /// the build. What it names once stays an output, also of later builds that
    /// find nothing to write.
    pub fn written(&self) -> BTreeSet<String> {
        let changed =
            self.stamps.iter().filter(|(path, before)| stamp(&path.on_disk(&self.folder)) != **before);
        changed.map(|(path, _)| path.first_segment().to_owned()).collect()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = fs::metadata(path).ok()?;
    Some((file.ino(), file.ctime(), file.ctime_nsec(), file.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(entries: &str) -> Manifest {
        Manifest::parse("manifest.yaml", &format!("name: x\n{entries}")).unwrap()
    }

    #[test]
    fn outputs_are_the_first_segments_of_the_entries() {
        let table: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("pluginEntry: dist/plugin.js", &["dist"]),
            ("pluginEntry: plugin.js\nentrypoint: dist/client/index.html", &["dist", "plugin.js"]),
            ("pluginEntry: dist/plugin.js\nentrypoint: ./dist/client/index.html", &["dist"]),
        ];
        for (entries, expected) in table {
            assert_eq!(
                outputs(&manifest(entries)),
                expected.iter().map(ToString::to_string).collect(),
                "{entries}"
            );
        }
    }

    #[test]
    fn static_files_that_the_build_leaves_alone_are_no_output() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("public/index.html", "<p>");
        let before = Entries::of(
            folder.path(),
            &manifest("pluginEntry: dist/plugin.js\nentrypoint: public/index.html"),
        );
        assert_eq!(before.written(), BTreeSet::new());
        write("dist/plugin.js", "export default {}");
        assert_eq!(before.written(), BTreeSet::from(["dist".to_owned()]));
    }
}
