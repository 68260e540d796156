//! Paths of a package as keys of a ConfigMap, which have no `/`.

use std::collections::BTreeSet;

/// The longest key.
const MAX_LENGTH: usize = 253;

/// Keys that differ from each other.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeSet<String>);

impl Keys {
    /// A key for `path`: the path itself if it is one, else the path with `_` for
    /// what keys do not have, numbered if that is taken.
    pub(super) fn of(&mut self, path: &str) -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let plain = |c: char| if allowed(c) { c } else { '_' };
        // No key is `.` or begins with `..` (Kubernetes, IsConfigMapKey).
        let text: String = path.chars().map(plain).collect();
        let text = if text.starts_with("..") || text == "." { format!("_{text}") } else { text };
        let numbered = |number: usize| match number {
            0 => cut(&text, MAX_LENGTH).to_owned(),
            _ => format!("{}_{number}", cut(&text, MAX_LENGTH - 8)),
        };
        // Of one number more than there are keys one at least is free.
        let mut all = (0..=self.0.len()).map(numbered);
        let key = all.find(|key| !self.0.contains(key)).expect("one is free");
        self.0.insert(key.clone());
        key
    }
}

/// The last bytes of an ASCII text: a path's end tells it from others.
fn cut(text: &str, length: usize) -> &str {
    let cut = &text[text.len().saturating_sub(length)..];
    if cut.len() < text.len() { cut.trim_start_matches('.') } else { cut }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_is_a_key_stays_as_it_is() {
        let mut keys = Keys::default();
        let table = [
            ("manifest.yaml", "manifest.yaml"),
            ("dist/plugin.js", "dist_plugin.js"),
            ("dist_plugin.js", "dist_plugin.js_1"),
            ("..a/b", "_..a_b"),
            ("bücher/ä.txt", "b_cher__.txt"),
        ];
        for (path, key) in table {
            assert_eq!(keys.of(path), key, "{path}");
        }
    }

    proptest! {
        #[test]
        fn every_path_has_a_key_of_its_own(paths in proptest::collection::btree_set("[a-b./_ü]{1,300}", 1..20)) {
            let mut keys = Keys::default();
            let all: BTreeSet<String> = paths.iter().map(|path| keys.of(path)).collect();
            prop_assert_eq!(all.len(), paths.len());
            for key in all {
                prop_assert!(!key.is_empty() && key.len() <= MAX_LENGTH && key != "." && !key.starts_with(".."), "{}", key);
                prop_assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{}", key);
            }
        }
    }
}
