//! Which folder holds which plugin, by what is on the disk now.

use std::io;
use std::path::Path;

use davit_plugin::{PluginName, contents};

use super::folders::has_manifest;
use super::{PluginFolder, PluginStatus};

/// The folders of a plugin, in their order of precedence. Blocks on the disk.
pub(super) fn of<'a>(
    name: &PluginName,
    folders: &'a [PluginFolder],
    statuses: &[PluginStatus],
) -> Vec<&'a PluginFolder> {
    folders.iter().filter(|folder| holds(folder, name, statuses)).collect()
}

/// A manifest that cannot be read says nothing: then the name counts that the folder
/// had at the last pass, and if it had none, its path, which is how it is listed.
fn holds(folder: &PluginFolder, name: &PluginName, statuses: &[PluginStatus]) -> bool {
    if !exists(&folder.path) {
        return false;
    }
    if let Some(found) = contents::name(&folder.path) {
        return found == *name;
    }
    match statuses.iter().find(|status| status.folder == *folder).and_then(|status| status.name.as_ref()) {
        Some(known) => known == name,
        None => has_manifest(&folder.path) && folder.relative == name.as_str(),
    }
}

/// Also a link that leads nowhere is there.
pub(super) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether an entry of a plugin directory lies in it, and not behind a link to another
/// place. The entry itself may be a link, since only the link is touched then.
pub(super) fn is_inside(entry: &Path, directory: &Path) -> io::Result<bool> {
    let around = entry.parent().unwrap_or(directory).canonicalize()?;
    Ok(around.starts_with(directory.canonicalize()?))
}
