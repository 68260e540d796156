//! In: what the folders hold and what ran last. Out: what is wanted of each
//! plugin, and which folders are left aside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use davit_plugin::PluginName;
use davit_plugin::plan::Wanted;
use davit_plugin::reason::{Problem, Reason};

use super::PluginFolder;
use super::scan::{Found, Package, Unusable};

/// The package that each folder ran last.
pub(super) type LastGood = BTreeMap<PathBuf, Package>;

/// What is wanted, and of which folder.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// In the order of the folders; one for each name.
    pub(super) wanted: Vec<Wanted>,
    /// The folders of the wanted plugins, in the same order.
    pub(super) folders: Vec<PluginFolder>,
    /// Folders that want nothing, with the name if it is known, and the reason.
    pub(super) aside: Vec<(PluginFolder, Option<PluginName>, Problem)>,
}

/// Sorts what was found. The first folder of a name has it, but a plugin that is
/// turned off does not keep a later one of its name from running.
pub(super) fn sort(found: Vec<Found>, last_good: &LastGood) -> Sorted {
    let enabled = |found: &Found| {
        let package = found.package.as_ref().ok()?;
        let manifest = &package.candidate.contents.manifest;
        manifest.enabled.then(|| (manifest.name.clone(), found.folder.path.clone()))
    };
    let mut owners = BTreeMap::new();
    for (name, path) in found.iter().filter_map(enabled) {
        owners.entry(name).or_insert(path);
    }
    let (mut sorted, mut seen) = (Sorted::default(), BTreeSet::new());
    for Found { folder, package } in found {
        let last = last_good.get(&folder.path);
        match wanted(package, last) {
            Err(problem) => sorted.aside.push((folder, None, problem)),
            Ok(wanted) => {
                let owner = owners.get(&wanted.name);
                let taken =
                    owner.is_some_and(|owner| *owner != folder.path) || !seen.insert(wanted.name.clone());
                if taken {
                    let problem = name_taken(&wanted.name, &folder, owner);
                    sorted.aside.push((folder, Some(wanted.name), problem));
                } else {
                    sorted.wanted.push(wanted);
                    sorted.folders.push(folder);
                }
            }
        }
    }
    sorted
}

fn wanted(package: Result<Package, Unusable>, last: Option<&Package>) -> Result<Wanted, Problem> {
    match (package, last) {
        (Ok(Package { candidate, .. }), last) => {
            let (name, enabled) = (candidate.name().clone(), candidate.contents.manifest.enabled);
            let older = last.map(|last| last.candidate.clone());
            let older = older.filter(|older| *older.name() == name && older.id() != candidate.id());
            let versions = [candidate].into_iter().chain(older).collect();
            Ok(Wanted { name, versions, disabled: !enabled, problem: None })
        }
        (Err(Unusable { problem, .. }), Some(last)) => Ok(Wanted {
            name: last.candidate.name().clone(),
            versions: vec![last.candidate.clone()],
            disabled: false,
            problem: Some(problem),
        }),
        (Err(Unusable { name: Some(name), problem }), None) => {
            Ok(Wanted { name, versions: Vec::new(), disabled: false, problem: Some(problem) })
        }
        (Err(Unusable { name: None, problem }), None) => Err(problem),
    }
}

fn name_taken(name: &PluginName, folder: &PluginFolder, owner: Option<&PathBuf>) -> Problem {
    let (here, owner) = (folder.path.display(), owner.map(|owner| owner.display().to_string()));
    let owner = owner.unwrap_or_else(|| "an earlier folder".to_owned());
    let message = format!("{here} and {owner} are both named {name}; the latter runs: rename one of the two");
    Problem::new(Reason::NameTaken, message)
}
