//! In: a package that is unpacked and checked. Out: it is where its plugin belongs,
//! and what was there is gone. Between the two, one rename.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::time::SystemTime;

use davit_plugin::PluginName;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::davit_folder::DavitFolder;
use super::folders::MAX_FOLDERS;
use super::handle::Installed;
use super::incoming::Staged;
use super::install_error::InstallError;
use super::switches::Switches;
use super::{PluginFolder, PluginStatus, Root, owners};
use crate::volume::durable;

/// Blocks on the disk.
pub(super) fn install(
    staged: &Staged,
    roots: &[Root],
    folders: &[PluginFolder],
    statuses: &[PluginStatus],
    switches: &mut Switches,
) -> Result<Installed, InstallError> {
    let davit = DavitFolder::of(roots).ok_or(InstallError::Nowhere)?;
    let name = &staged.name;
    if let Some(why) = reserved(name.as_str()) {
        return Err(InstallError::Reserved { name: name.clone(), why });
    }
    match place(name, roots, &davit, folders, statuses)? {
        Place::Held(PluginFolder { path, relative, .. }) => {
            check_inside(path, relative, &davit)?;
            exchange(&staged.tree, path).map_err(|source| InstallError::disk("replace", path, source))?;
        }
        Place::Free(folder) => {
            let others = folders.iter().filter(|folder| within(&folder.path, &davit)).count();
            if others >= MAX_FOLDERS {
                return Err(InstallError::Full(MAX_FOLDERS));
            }
            add(staged, &folder, &davit)?;
            // A folder that was there before, and is gone, said nothing of this one.
            if let Err(error) = switches.forget(&folder) {
                tracing::warn!(plugin = %name, %error, "cannot forget that it was turned on or off");
            }
        }
    }
    Ok(Installed { name: name.clone(), version: staged.version.clone(), at: SystemTime::now() })
}

/// What a name means here, if it cannot be a plugin's.
fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "loaded" | "reload" | "upload" => Some("the admin API has a call of this name"),
        name if name.split('/').any(|segment| segment == "node_modules") => {
            Some("folders named node_modules are never looked into")
        }
        _ => None,
    }
}

/// Where a plugin belongs.
enum Place<'a> {
    /// The folder that it is in.
    Held(&'a PluginFolder),
    /// A folder that is not there.
    Free(PathBuf),
}

fn place<'a>(
    name: &PluginName,
    roots: &[Root],
    davit: &DavitFolder,
    folders: &'a [PluginFolder],
    statuses: &[PluginStatus],
) -> Result<Place<'a>, InstallError> {
    let holders = owners::of(name, folders, statuses);
    let is_off =
        |folder: &PluginFolder| statuses.iter().any(|status| status.folder == *folder && status.is_off());
    if holders.iter().any(|folder| folder.built_in && !is_off(folder)) {
        return Err(InstallError::BuiltIn(name.clone()));
    }
    if holders.iter().any(|folder| matches!(roots[folder.root], Root::Named(_))) {
        return Err(InstallError::Followed(name.clone()));
    }
    let own = |folder: &&&PluginFolder| folder.removable && within(&folder.path, davit);
    if let Some(folder) = holders.iter().find(own) {
        return Ok(Place::Held(folder));
    }
    let folder = davit.directory().join(name.as_str());
    match owners::exists(&folder) {
        true if is_named(davit.directory(), roots) => Err(InstallError::Followed(name.clone())),
        true => Err(InstallError::Taken { name: name.clone(), folder: name.to_string() }),
        false => Ok(Place::Free(folder)),
    }
}

/// Whether a person named this directory.
fn is_named(directory: &Path, roots: &[Root]) -> bool {
    let is_it = |path: &Path| absolute(path).is_ok_and(|path| path == directory);
    roots.iter().any(|root| matches!(root, Root::Named(path) if is_it(path)))
}

/// Whether a plugin's folder is one of this directory.
fn within(folder: &Path, davit: &DavitFolder) -> bool {
    absolute(folder).is_ok_and(|folder| folder.starts_with(davit.directory()))
}

/// Puts a tree where nothing is.
fn add(staged: &Staged, folder: &Path, davit: &DavitFolder) -> Result<(), InstallError> {
    let scope = folder.parent().unwrap_or(davit.directory());
    let is_new = !owners::exists(scope);
    if is_new {
        fs::create_dir(scope).map_err(|source| InstallError::disk("make", scope, source))?;
    }
    let added = check_inside(folder, staged.name.as_str(), davit).and_then(|()| {
        fs::rename(&staged.tree, folder)
            .and_then(|()| durable::sync(scope))
            .and_then(|()| durable::sync(davit.directory()))
            .map_err(|source| InstallError::disk("make", folder, source))
    });
    if added.is_err() && is_new {
        let _it_is_in_use = fs::remove_dir(scope);
    }
    added
}

/// A scope's folder may be a link to elsewhere.
fn check_inside(folder: &Path, relative: &str, davit: &DavitFolder) -> Result<(), InstallError> {
    match owners::is_inside(folder, davit.directory()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(InstallError::Outside { folder: relative.to_owned() }),
        Err(source) => Err(InstallError::disk("look at", folder, source)),
    }
}

/// Changes the places of a tree and a folder, or a link to one. Where the file system
/// cannot do this at once, nobody is at the folder's place for a moment.
fn exchange(tree: &Path, folder: &Path) -> io::Result<()> {
    match renameat_with(CWD, tree, CWD, folder, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let old = tree.with_extension("old");
            fs::rename(folder, &old)?;
            fs::rename(tree, folder).or_else(|error| {
                fs::rename(&old, folder)?;
                Err(error)
            })?;
        }
        Err(error) => return Err(error.into()),
    }
    folder.parent().map_or(Ok(()), durable::sync)
}
