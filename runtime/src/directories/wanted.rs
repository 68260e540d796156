//! In: what the folders hold and what ran last. Out: what is wanted of each
//! plugin, and which folders are left aside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use davit_plugin::plan::{Candidate, Wanted};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Manifest, PluginName};

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
        let manifest = match &found.package {
            Ok(package) => &package.candidate.contents.manifest,
            Err(unusable) => unusable.manifest.as_ref()?,
        };
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
    let (newest, today, problem) = match package {
        Ok(Package { candidate, .. }) => {
            let today = candidate.contents.manifest.clone();
            (Some(candidate), Some(today), None)
        }
        Err(Unusable { manifest, problem }) => (None, manifest, Some(problem)),
    };
    let older = last.map(|last| last.candidate.clone());
    let (name, disabled, older) = match (&today, older) {
        (Some(today), older) => {
            (today.name.clone(), !today.enabled, older.and_then(|older| under(older, today)))
        }
        (None, Some(older)) => (older.name().clone(), false, Some(older)),
        (None, None) => return Err(problem.unwrap_or_else(unreadable)),
    };
    let older = older.filter(|older| newest.as_ref().is_none_or(|newest| newest.id() != older.id()));
    Ok(Wanted { name, versions: newest.into_iter().chain(older).collect(), disabled, problem })
}

/// A last good version under today's rules: what is open and what a request may
/// cost is never part of it (interfaces §1). None if the folder now holds
/// another plugin.
fn under(older: Candidate, today: &Manifest) -> Option<Candidate> {
    let mut contents = (*older.contents).clone();
    contents.manifest.public_routes = today.public_routes.clone();
    contents.manifest.limits = today.limits;
    (contents.manifest.name == today.name).then(|| Candidate { contents: Arc::new(contents), ..older })
}

fn unreadable() -> Problem {
    Problem::new(Reason::ManifestInvalid, "its manifest cannot be read: correct it")
}

fn name_taken(name: &PluginName, folder: &PluginFolder, owner: Option<&PathBuf>) -> Problem {
    let (here, owner) = (folder.path.display(), owner.map(|owner| owner.display().to_string()));
    let owner = owner.unwrap_or_else(|| "an earlier folder".to_owned());
    let message = format!("{here} and {owner} are both named {name}; the latter runs: rename one of the two");
    Problem::new(Reason::NameTaken, message)
}
