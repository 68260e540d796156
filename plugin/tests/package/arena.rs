//! A folder with things that must not change, and a place in the middle to unpack into.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use davit_plugin::package::{Limits, UnpackError, Unpacked, unpack_bytes};
use tempfile::TempDir;

/// What is at each path: kind, mode, and content or target.
pub(crate) type Snapshot = BTreeMap<PathBuf, (char, u32, Vec<u8>)>;

/// Everything below `folder`, links not followed. Folder times and owners left out.
pub(crate) fn snapshot(folder: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    look(folder, Path::new(""), &mut found);
    found
}

fn look(folder: &Path, below: &Path, found: &mut Snapshot) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        let on_disk = folder.join(&path);
        let metadata = on_disk.symlink_metadata().unwrap();
        let mode = metadata.permissions().mode() & 0o7777;
        let (kind, mode, content) = if metadata.is_dir() {
            look(folder, &path, found);
            ('d', mode, Vec::new())
        } else if metadata.is_symlink() {
            ('l', 0, fs::read_link(&on_disk).unwrap().into_os_string().into_encoded_bytes())
        } else {
            ('f', mode, fs::read(&on_disk).unwrap())
        };
        found.insert(path, (kind, mode, content));
    }
}

/// A target in the fourth folder of a tree of its own, with canaries on each level.
pub(crate) struct Arena {
    folder: TempDir,
    before: Snapshot,
}

impl Arena {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut at = folder.path().to_owned();
        for name in ["a", "b", "c", "packages"] {
            fs::write(at.join("canary"), "alive").unwrap();
            fs::create_dir(at.join("canaries")).unwrap();
            fs::write(at.join("canaries/manifest.yaml"), "name: alive\n").unwrap();
            symlink("canary", at.join("canary-link")).unwrap();
            at.push(name);
            fs::create_dir(&at).unwrap();
        }
        let before = snapshot(folder.path());
        Self { folder, before }
    }

    /// The folder around the target and its canaries.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where to unpack.
    pub(crate) fn target(&self) -> PathBuf {
        self.path().join("a/b/c/packages/into")
    }

    pub(crate) fn unpack(&self, archive: &[u8], limits: &Limits) -> Result<Unpacked, UnpackError> {
        unpack_bytes(archive, &self.target(), limits)
    }

    /// Nothing was written, changed or left behind.
    pub(crate) fn is_untouched(&self) -> bool {
        snapshot(self.path()) == self.before
    }

    /// Nothing was written but the target: returns it, and removes it for the next test.
    pub(crate) fn take_unpacked(&self) -> Snapshot {
        let into = self.target();
        let tree = snapshot(&into);
        let inside = into.canonicalize().unwrap();
        for (path, (kind, ..)) in &tree {
            let metadata = into.join(path).symlink_metadata().unwrap();
            if *kind == 'l' {
                assert!(
                    into.join(path).canonicalize().unwrap().starts_with(&inside),
                    "{} leaves",
                    path.display()
                );
            }
            assert_eq!(metadata.mode() & 0o7000, 0, "{} has special bits", path.display());
        }
        fs::remove_dir_all(&into).unwrap();
        assert!(self.is_untouched(), "something outside the target changed");
        tree
    }
}
