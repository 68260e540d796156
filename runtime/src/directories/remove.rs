//! In: a plugin's name. Out: its folder is out of the plugin directory at once, and
//! off the disk soon.

use std::fs;
use std::io;
use std::path::Path;

use davit_plugin::PluginName;

use super::davit_folder::DavitFolder;
use super::install_error::{DiskError, RemoveError};
use super::switches::Switches;
use super::{PluginFolder, PluginStatus, Root, owners};
use crate::volume::durable;

/// Blocks on the disk.
pub(super) fn remove(
    name: &PluginName,
    roots: &[Root],
    folders: &[PluginFolder],
    statuses: &[PluginStatus],
    switches: &mut Switches,
) -> Result<(), RemoveError> {
    let holders = owners::of(name, folders, statuses);
    let Some(folder) = holders.iter().find(|folder| folder.removable) else {
        return Err(match holders.first() {
            None => RemoveError::Unknown(name.clone()),
            Some(folder) if folder.built_in => RemoveError::BuiltIn(name.clone()),
            Some(_) => RemoveError::Followed(name.clone()),
        });
    };
    let directory = roots[folder.root].path();
    let failed = |source| DiskError::new("remove", &folder.path, source);
    if !owners::is_inside(&folder.path, directory).map_err(failed)? {
        return Err(RemoveError::Outside { folder: folder.relative.clone() });
    }
    take_out(&folder.path, directory).map_err(failed)?;
    // The next plugin in this place begins as its manifest says.
    if let Err(error) = switches.forget(&folder.path) {
        tracing::warn!(plugin = %name, %error, "cannot forget that it was turned on or off");
    }
    Ok(())
}

/// Of a link to a folder elsewhere, only the link goes.
fn take_out(folder: &Path, directory: &Path) -> io::Result<()> {
    if folder.symlink_metadata()?.is_symlink() {
        fs::remove_file(folder)?;
    } else {
        let davit = DavitFolder::within(directory)
            .ok_or_else(|| io::Error::other("the plugin directory has no absolute path"))?;
        let outgoing = davit.outgoing()?;
        fs::rename(folder, outgoing.path().join("plugin"))?;
    }
    if let Some(scope) = folder.parent() {
        durable::sync(scope)?;
        if scope != directory && fs::remove_dir(scope).is_ok() {
            durable::sync(directory)?;
        }
    }
    Ok(())
}
