//! Where in an archive the plugin lies: flat, with `./`, in npm's `package/`, or in one
//! top folder of any name.

use super::entry_path::EntryPath;
use super::shown;
use super::tree::{Kind, Tree};
use super::unpack_error::UnpackError;
use crate::manifest::FILE_NAMES;

/// The folder that holds the manifest; `None` is the top.
pub(super) fn root(tree: &Tree) -> Result<Option<EntryPath>, UnpackError> {
    if has_manifest(tree, None) {
        return Ok(None);
    }
    let mut top: Vec<&EntryPath> =
        tree.below(None).map(|(path, _)| path).filter(|path| counts(path)).collect();
    top.sort();
    let looked = match top[..] {
        [] => "the archive is empty".to_owned(),
        [only] if has_manifest(tree, Some(only)) => return Ok(Some(only.clone())),
        [only] => format!("there is none at the top, nor in `{}`", only.shown()),
        _ => {
            let names = shown::first(top.iter().map(|path| path.shown()));
            format!(
                "there is none at the top, and there is not one top folder but {} entries ({names})",
                top.len()
            )
        }
    };
    Err(UnpackError::NoManifest { looked })
}

/// Whether `folder` (`None`: the top) has a manifest.
pub(super) fn has_manifest(tree: &Tree, folder: Option<&EntryPath>) -> bool {
    FILE_NAMES.iter().any(|name| {
        let path = folder.map_or_else(|| (*name).to_owned(), |folder| format!("{}/{name}", folder.as_str()));
        matches!(tree.kind(&path), Some(Kind::File { .. }))
    })
}

/// Whether an entry at the top stands against there being one top folder. What macOS
/// adds beside it (`__MACOSX`, `._name`, `.DS_Store`) does not.
fn counts(path: &EntryPath) -> bool {
    let name = path.as_str();
    !name.contains('/') && name != "__MACOSX" && !name.starts_with('.')
}
