//! In: what the folders hold and what ran last. Out: what is wanted of each
//! plugin, and which folders are left aside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use davit_plugin::plan::{Candidate, Wanted};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Manifest, PluginName};

use super::PluginFolder;
use super::declared::Today;
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
    /// Of these the folders that an administrator turned off.
    pub(super) turned_off: BTreeSet<PathBuf>,
    /// Folders that want nothing, with the name if it is known, and the reason.
    pub(super) aside: Vec<(PluginFolder, Option<PluginName>, Problem)>,
}

/// Sorts what was found. The first folder of a name has it, but a plugin that is
/// turned off does not keep a later one of its name from running.
pub(super) fn sort(found: Vec<Found>, last_good: &LastGood) -> Sorted {
    let enabled = |found: &Found| {
        let manifest = match &found.package {
            Ok(package) => &package.candidate.contents.manifest,
            Err(unusable) => &unusable.today.as_ref()?.manifest,
        };
        let enabled = found.switched.unwrap_or(manifest.enabled);
        enabled.then(|| (manifest.name.clone(), found.folder.path.clone()))
    };
    let mut owners = BTreeMap::new();
    for (name, path) in found.iter().filter_map(enabled) {
        owners.entry(name).or_insert(path);
    }
    let (mut sorted, mut seen) = (Sorted::default(), BTreeSet::new());
    for Found { folder, switched, package } in found {
        let last = last_good.get(&folder.path);
        match wanted(package, last, switched) {
            Err(problem) => sorted.aside.push((folder, None, problem)),
            Ok(wanted) => {
                let owner = owners.get(&wanted.name);
                let taken =
                    owner.is_some_and(|owner| *owner != folder.path) || !seen.insert(wanted.name.clone());
                if taken {
                    let problem = match wanted.disabled {
                        true if switched.is_some() => turned_off(),
                        true => {
                            Problem::new(Reason::Disabled, "it is turned off: set `enabled: true` to run it")
                        }
                        false => name_taken(&wanted.name, &folder, owner),
                    };
                    sorted.aside.push((folder, Some(wanted.name), problem));
                } else {
                    sorted.turned_off.extend((switched == Some(false)).then(|| folder.path.clone()));
                    sorted.wanted.push(wanted);
                    sorted.folders.push(folder);
                }
            }
        }
    }
    sorted
}

fn wanted(
    package: Result<Package, Unusable>,
    last: Option<&Package>,
    switched: Option<bool>,
) -> Result<Wanted, Problem> {
    let (newest, today, problem) = match package {
        Ok(Package { candidate, .. }) => {
            let today = Today::from(&*candidate.contents);
            (Some(candidate), Some(today), None)
        }
        Err(Unusable { today, problem }) => (None, today, Some(problem)),
    };
    let older = last.map(|last| last.candidate.clone());
    let (name, disabled, older) = match (&today, older) {
        (Some(today), older) => {
            let Manifest { name, enabled, .. } = &today.manifest;
            (name.clone(), !switched.unwrap_or(*enabled), older.and_then(|older| under(older, today)))
        }
        (None, Some(older)) => (older.name().clone(), switched == Some(false), Some(older)),
        (None, None) => return Err(problem.unwrap_or_else(unreadable)),
    };
    let older = older.filter(|older| newest.as_ref().is_none_or(|newest| newest.id() != older.id()));
    Ok(Wanted { name, versions: newest.into_iter().chain(older).collect(), disabled, problem })
}

/// A last good version under today's rules: what is open, what it may do and
/// read, and what a request may cost is never part of it (interfaces §1). None if
/// the folder now holds another plugin.
fn under(older: Candidate, today: &Today) -> Option<Candidate> {
    let Today { manifest, env, consent } = today;
    let mut contents = (*older.contents).clone();
    contents.manifest.public_routes = manifest.public_routes.clone();
    contents.manifest.permissions = manifest.permissions.clone();
    contents.manifest.limits = manifest.limits;
    contents.env = env.clone();
    contents.consent = consent.clone();
    (contents.manifest.name == manifest.name).then(|| Candidate { contents: Arc::new(contents), ..older })
}

/// By whoever called the admin API, whatever the manifest says.
pub(super) fn turned_off() -> Problem {
    Problem::new(Reason::Disabled, "an administrator has turned it off: enable it to run it")
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
