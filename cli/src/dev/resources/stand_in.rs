//! A plugin folder whose manifest names a Plugin stands in for its source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::slice;

use davit_plugin::{PluginName, contents};

use crate::folders;

/// The names of the plugins in folders, by their folders.
#[derive(Debug, Default)]
pub(super) struct StandIns(BTreeMap<PathBuf, PluginName>);

impl StandIns {
    /// Looks into the folders again and says which plugins are there. One whose
    /// manifest cannot be read at the moment keeps its name.
    pub(super) fn look(&mut self, paths: &[PathBuf]) -> BTreeSet<PluginName> {
        // A folder without plugins is told by the runtime, if it matters.
        let found = paths.iter().flat_map(|path| folders::find(slice::from_ref(path)).unwrap_or_default());
        let named = found.filter_map(|folder| {
            let path = folder.path().to_owned();
            let name = contents::name(&path).or_else(|| self.0.get(&path).cloned())?;
            Some((path, name))
        });
        self.0 = named.collect();
        self.0.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_keeps_its_name_while_its_manifest_is_broken_and_no_longer() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shop");
        fs::create_dir(&folder).unwrap();
        let mut stand_ins = StandIns::default();
        let mut names = |manifest: Option<&str>| {
            match manifest {
                Some(text) => fs::write(folder.join("manifest.yaml"), text).unwrap(),
                None => fs::remove_file(folder.join("manifest.yaml")).unwrap(),
            }
            let names = stand_ins.look(&[root.path().to_owned()]);
            names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(Some("name: shop\n")), ["shop"]);
        assert_eq!(names(Some("name: [\n")), ["shop"]);
        assert_eq!(names(Some("name: cart\n")), ["cart"]);
        assert!(names(None).is_empty());
    }
}
