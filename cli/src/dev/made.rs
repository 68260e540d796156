//! Tells what a build made from what its author saved while it ran. The first
//! must start no other build, the second must.

use std::collections::{BTreeMap, BTreeSet};

use davit_plugin::Manifest;

use super::sources::Sources;

/// A file that changed in so many builds, and never between them, is the
/// build's. Until then each change of it starts another build: one too many
/// does less harm than a save that never goes live.
const CERTAIN: u32 = 4;

/// The files that builds of one folder wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made(BTreeMap<String, u32>);

impl Made {
    /// Forgets these files, which changed while no build ran.
    pub(super) fn without(mut self, paths: &BTreeSet<String>) -> Self {
        self.0.retain(|path, _| !paths.contains(path));
        self
    }

    /// Learns from one build of `before` to `after` and says what it was made
    /// from: `after`, but with those files as they were that the author may have
    /// saved meanwhile. A folder that equals this needs no other build.
    ///
    /// Files that were not there before, and the `entries` of the manifest, are
    /// the build's at once.
    pub(super) fn built(&mut self, before: &Sources, after: Sources, entries: &BTreeSet<String>) -> Sources {
        let mut saved = BTreeSet::new();
        for path in before.differing(&after) {
            let count = self.0.entry(path.clone()).or_default();
            let certain = !before.has(&path) || entries.contains(&path);
            *count = if certain { CERTAIN } else { count.saturating_add(1) };
            if *count < CERTAIN {
                saved.insert(path);
            }
        }
        after.with(&saved, before)
    }
}

/// The entry files that a manifest names, relative to its folder.
pub(super) fn entries(manifest: &Manifest) -> BTreeSet<String> {
    manifest.plugin_entry.iter().chain(&manifest.entrypoint).map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> BTreeSet<String> {
        BTreeSet::from(["src/plugin.js".to_owned()])
    }

    #[test]
    fn what_a_build_writes_beside_its_sources_starts_no_other_one() {
        let before = Sources::of(&[("src/main.ts", "1"), ("src/plugin.js", "old")]);
        let after = Sources::of(&[("src/main.ts", "1"), ("src/plugin.js", "new"), ("src/chunk.js", "c")]);
        assert_eq!(Made::default().built(&before, after.clone(), &entry()), after);
    }

    #[test]
    fn what_was_saved_during_a_build_starts_another_one() {
        let before = Sources::of(&[("src/main.ts", "1"), ("src/gone.ts", "1")]);
        let after = Sources::of(&[("src/main.ts", "2"), ("src/plugin.js", "new")]);
        let built = Made::default().built(&before, after.clone(), &entry());
        assert_eq!(
            built.differing(&after),
            BTreeSet::from(["src/main.ts".to_owned(), "src/gone.ts".to_owned()])
        );
    }

    #[test]
    fn a_file_that_was_new_in_one_build_is_the_builds_in_the_next_one() {
        let mut made = Made::default();
        let [first, second] = ["1", "2"].map(|text| Sources::of(&[("dist/chunk.js", text)]));
        made.built(&Sources::default(), first.clone(), &entry());
        assert_eq!(made.built(&first, second.clone(), &entry()), second);
    }

    #[test]
    fn a_file_that_every_build_rewrites_does_not_start_builds_for_ever() {
        let at = |build: u32| Sources::of(&[("stamp.txt", &build.to_string())]);
        let mut made = Made::default();
        let again = |build: &u32| made.built(&at(*build), at(build + 1), &entry()) != at(build + 1);
        assert_eq!((0..100).take_while(again).count(), 3);
    }

    #[test]
    fn a_file_that_changes_between_builds_is_the_authors_again() {
        let [a, b] = ["a", "b"].map(|text| Sources::of(&[("src/new.ts", text)]));
        let mut made = Made::default();
        made.built(&Sources::default(), a.clone(), &entry());
        let mut made = made.without(&BTreeSet::from(["src/new.ts".to_owned()]));
        assert_eq!(made.built(&a, b, &entry()), a);
    }
}
