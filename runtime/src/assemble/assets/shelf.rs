//! Files of packages that no longer serve. A page that a browser has loaded before
//! still asks for the parts that it was built with: those with a hash in their name
//! stay for a while.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Asset, Assets};
use crate::volume::Tree;

/// How long a file stays after its package was replaced.
const STAYS: Duration = Duration::from_mins(10);
/// Of so many packages of one plugin; the oldest makes room.
const PACKAGES: usize = 16;

/// The files that are left of one plugin's former packages.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<VecDeque<Former>>);

/// What stays of one package, and its tree as long.
#[derive(Debug)]
struct Former {
    until: Instant,
    files: BTreeMap<String, Arc<Asset>>,
    _tree: Arc<Tree>,
}

impl Shelf {
    /// Keeps the hash-named files of a package that is replaced, but for those
    /// that `new` has as well.
    pub(in crate::assemble) fn keep(self: &Arc<Self>, old: &Assets, new: Option<&Assets>) {
        if new.is_some_and(|new| std::ptr::eq(old, new)) {
            return;
        }
        let is_left = |(path, asset): &(&String, &Arc<Asset>)| {
            asset.immutable && new.is_none_or(|new| new.get(path).is_none())
        };
        let files = old.files.iter().filter(is_left).map(|(path, asset)| (path.clone(), asset.clone()));
        let files: BTreeMap<_, _> = files.collect();
        if files.is_empty() {
            return;
        }
        let until = Instant::now() + STAYS;
        let mut held = self.formers();
        while held.len() >= PACKAGES {
            held.pop_front();
        }
        held.push_back(Former { until, files, _tree: old.tree.clone() });
        drop(held);
        let weak = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep_until(until).await;
            if let Some(shelf) = weak.upgrade() {
                shelf.formers().retain(|former| former.until > until);
            }
        });
    }

    /// The file at a path, from the package that was replaced last.
    pub fn get(&self, path: &str) -> Option<Arc<Asset>> {
        let now = Instant::now();
        let formers = self.formers();
        let mut files = formers.iter().rev().filter(|former| former.until > now);
        files.find_map(|former| former.files.get(path).cloned())
    }

    fn formers(&self) -> MutexGuard<'_, VecDeque<Former>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use davit_plugin::Digest;
    use davit_plugin::package::{PackOptions, pack};

    use super::super::Ui;
    use super::*;
    use crate::volume::Volume;

    const MINUTE: Duration = Duration::from_mins(1);

    struct Packages {
        folder: tempfile::TempDir,
        volume: Volume,
    }

    impl Packages {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let volume = Volume::open(&folder.path().join("volume")).unwrap();
            Self { folder, volume }
        }

        /// A package with a page and these files, and its digest.
        fn package(&self, files: &[&str]) -> (Assets, Digest) {
            let made = tempfile::tempdir_in(&self.folder).unwrap();
            for file in ["manifest.yaml", "index.html"].iter().chain(files) {
                fs::write(made.path().join(file), format!("name: a # {files:?}")).unwrap();
            }
            let packed = pack(made.path(), &PackOptions::default()).unwrap();
            let tree = self.volume.admit(packed.digest, &packed.bytes).unwrap();
            let ui = Ui { entrypoint: "index.html".parse().unwrap(), code: None, inject: None };
            (Assets::list(tree, ui).unwrap(), packed.digest)
        }

        fn holds(&self, digest: &Digest) -> bool {
            self.volume.tree(digest).is_some()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_former_package_keeps_its_hash_named_files_for_ten_minutes_of_its_own() {
        let (packages, shelf) = (Packages::new(), Arc::new(Shelf::default()));
        let (one, first) = packages.package(&["app-BfJ3xk2a.js", "lib-C38fXH4l.js", "plain.js"]);
        let (two, second) = packages.package(&["app-D8kZq1_4.js", "lib-C38fXH4l.js"]);
        let (three, third) = packages.package(&["app-Ex7Pq2Lm.js"]);
        shelf.keep(&one, Some(&two));
        drop(one);
        let there = |names: [&str; 3]| names.map(|name| shelf.get(name).is_some());
        let names = ["app-BfJ3xk2a.js", "lib-C38fXH4l.js", "app-D8kZq1_4.js"];
        assert_eq!(there(names), [true, false, false], "what the new one has is not kept twice");
        assert!(shelf.get("plain.js").is_none() && shelf.get("").is_none());
        tokio::time::sleep(6 * MINUTE).await;
        shelf.keep(&two, Some(&three));
        drop(two);
        assert_eq!(there(names), [true, true, true]);
        tokio::time::sleep(3 * MINUTE).await;
        assert_eq!(there(names), [true, true, true]);
        tokio::time::sleep(2 * MINUTE).await;
        assert_eq!(there(names), [false, true, true]);
        assert_eq!((packages.holds(&first), packages.holds(&second)), (false, true));
        tokio::time::sleep(6 * MINUTE).await;
        assert_eq!(there(names), [false, false, false]);
        assert_eq!((packages.holds(&second), packages.holds(&third)), (false, true));
        shelf.keep(&three, None);
        assert!(shelf.get("app-Ex7Pq2Lm.js").is_some(), "also if there is no user interface any more");
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_former_packages_are_held() {
        let (packages, shelf) = (Packages::new(), Arc::new(Shelf::default()));
        let (mut now, first) = packages.package(&["app-BfJ3xk2a.js"]);
        for i in 0..=PACKAGES {
            let (next, _) = packages.package(&[&format!("app-BfJ{i:02}k2a.js")]);
            shelf.keep(&now, Some(&next));
            now = next;
        }
        assert_eq!(shelf.formers().len(), PACKAGES);
        assert!(!packages.holds(&first) && shelf.get("app-BfJ3xk2a.js").is_none());
        assert!(shelf.get("app-BfJ00k2a.js").is_some());
    }
}
