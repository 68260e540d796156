//! What an administrator turned on or off, beside the plugins: their authors' files
//! stay as they are. It goes before the manifest's `enabled` and outlives the process.
//!
//! ```text
//! <directory>/.davit/enabled.json      {"enabled": {"@acme/hello": false}}
//! ```
//!
//! A folder is named relative to the directory, one of another directory by its
//! absolute path. Which directory that is says [`DavitFolder::of`].

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf, absolute};

use davit_plugin::PluginName;
use serde::{Deserialize, Serialize};

use super::davit_folder::DavitFolder;
use super::folders::{Root, Unread};
use super::handle::ReloadError;

/// The file in Davit's folder.
const FILE: &str = "enabled.json";
/// The largest file, in bytes.
const MAX_SIZE: usize = 4 << 20;

/// What was turned on or off, by the plugins' folders.
#[derive(Debug, Clone, Default)]
pub(super) struct Switches {
    /// None if there is no directory to keep it in.
    kept_in: Option<DavitFolder>,
    known: BTreeMap<PathBuf, bool>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    enabled: BTreeMap<PathBuf, bool>,
}

/// A plugin was not turned on or off.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// There is none of this name.
    #[error("there is no plugin {0}: GET /plugins lists those there are")]
    Unknown(PluginName),
    /// A resource says whether it runs.
    #[error("a Plugin resource declares {0}: set its `spec.enabled` instead")]
    Declared(PluginName),
    /// There is no plugin directory, only a plugin.
    #[error("there is no plugin directory to remember it in: set `enabled` in the plugin's manifest instead")]
    Nowhere,
    /// It could not be written down.
    #[error("cannot write {path}: {source}; make its directory writable")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What was written before cannot be read, so nothing is written over it.
    #[error(transparent)]
    Unreadable(#[from] Unread),
    /// It is written down, and counts from the next pass that succeeds.
    #[error("it is written down, but {0}")]
    Later(#[from] ReloadError),
}

impl Switches {
    pub(super) fn new(roots: &[Root]) -> Self {
        Self { kept_in: DavitFolder::of(roots), known: BTreeMap::new() }
    }

    /// Looks at what is written down; if that cannot be read, what is known stays. Of a
    /// directory that is not there, whoever lists it tells.
    pub(super) fn refresh(&mut self) -> Result<(), Unread> {
        if let Some(davit) = self.kept_in.as_ref().filter(|davit| davit.directory().is_dir()) {
            self.known = read(davit)?;
        }
        Ok(())
    }

    /// Whether the plugin in a folder was turned on or off.
    pub(super) fn of(&self, folder: &Path) -> Option<bool> {
        self.known.get(&absolute(folder).ok()?).copied()
    }

    /// Turns the plugin in a folder on or off; it is on the disk when this returns.
    /// Folders that are gone are forgotten. Blocks on the disk.
    pub(super) fn set(&mut self, folder: &Path, enabled: bool) -> Result<(), SwitchError> {
        let davit = self.kept_in.as_ref().ok_or(SwitchError::Nowhere)?;
        let mut switches = read(davit)?;
        let failed = |source| SwitchError::Unwritable { path: file(davit), source };
        switches.retain(|folder, _| folder.is_dir());
        switches.insert(absolute(folder).map_err(failed)?, enabled);
        write(davit, &switches).map_err(failed)?;
        self.known = switches;
        Ok(())
    }

    /// Forgets whether the plugin in a folder was turned on or off: another one is to
    /// come there, or none. Blocks on the disk.
    pub(super) fn forget(&mut self, folder: &Path) -> Result<(), SwitchError> {
        let Some(davit) = &self.kept_in else { return Ok(()) };
        let mut switches = read(davit)?;
        let failed = |source| SwitchError::Unwritable { path: file(davit), source };
        if switches.remove(&absolute(folder).map_err(failed)?).is_some() {
            write(davit, &switches).map_err(failed)?;
        }
        self.known = switches;
        Ok(())
    }
}

fn file(davit: &DavitFolder) -> PathBuf {
    davit.path().join(FILE)
}

fn read(davit: &DavitFolder) -> Result<BTreeMap<PathBuf, bool>, Unread> {
    let (path, directory) = (file(davit), davit.directory());
    let mut bytes = Vec::new();
    let size = MAX_SIZE as u64 + 1;
    let kept = match File::open(&path).and_then(|file| file.take(size).read_to_end(&mut bytes)) {
        Ok(read) if read > MAX_SIZE => Err(format!("it is larger than {MAX_SIZE} bytes")),
        Ok(_) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        // A directory that is away for a moment tells nothing.
        Err(error) if error.kind() == io::ErrorKind::NotFound && directory.is_dir() => Ok(Kept::default()),
        Err(error) => Err(error.to_string()),
    };
    let Kept { enabled } = kept.map_err(|why| Unread::file(&path, why))?;
    Ok(enabled.into_iter().map(|(folder, enabled)| (directory.join(folder), enabled)).collect())
}

fn write(davit: &DavitFolder, switches: &BTreeMap<PathBuf, bool>) -> io::Result<()> {
    let name = |folder: &PathBuf| folder.strip_prefix(davit.directory()).unwrap_or(folder).to_owned();
    let enabled = switches.iter().map(|(folder, enabled)| (name(folder), *enabled)).collect();
    let mut bytes = serde_json::to_vec_pretty(&Kept { enabled })?;
    bytes.push(b'\n');
    if bytes.len() > MAX_SIZE {
        return Err(io::Error::other(format!("it would be larger than {MAX_SIZE} bytes")));
    }
    davit.write(FILE, &bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_turned_off_stays_so_after_a_restart_and_its_folder_is_forgotten_with_it() {
        let (built_in, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let roots = [built_in.path(), own.path()].map(|path| Root::Directory(path.to_owned()));
        let (ships, hello) = (built_in.path().join("ships"), own.path().join("@acme/hello"));
        for folder in [&ships, &hello] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("manifest.yaml"), "name: x\n").unwrap();
        }
        let mut switches = Switches::new(&roots);
        switches.refresh().unwrap();
        assert_eq!(switches.of(&hello), None);
        switches.set(&hello, false).unwrap();
        switches.set(&ships, true).unwrap();
        let mut later = Switches::new(&roots);
        later.refresh().unwrap();
        assert_eq!((later.of(&hello), later.of(&ships)), (Some(false), Some(true)));
        assert_eq!(fs::read_dir(built_in.path()).unwrap().count(), 1, "nothing is written to the first one");
        let text = fs::read_to_string(own.path().join(".davit/enabled.json")).unwrap();
        let shown = ships.display();
        assert_eq!(
            text,
            format!("{{\n  \"enabled\": {{\n    \"{shown}\": true,\n    \"@acme/hello\": false\n  }}\n}}\n")
        );
        fs::remove_dir_all(&hello).unwrap();
        later.set(&ships, false).unwrap();
        assert_eq!((later.of(&hello), later.of(&ships)), (None, Some(false)));
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_what_is_known_and_is_not_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("a");
        fs::create_dir(&folder).unwrap();
        let mut switches = Switches::new(&[Root::Directory(directory.path().to_owned())]);
        switches.set(&folder, false).unwrap();
        let file = file(&DavitFolder::within(directory.path()).unwrap());
        let large = format!("{{\"enabled\": {{}}}}{}", " ".repeat(MAX_SIZE));
        for bad in ["{\"enabled\": ", "{\"enabled\": {\"a\": \"no\"}}", "{\"disabled\": {}}", &large] {
            fs::write(&file, bad).unwrap();
            let told = switches.refresh().unwrap_err().to_string();
            assert!(told.contains(file.to_str().unwrap()), "{told}");
            assert_eq!(switches.of(&folder), Some(false));
            assert!(matches!(switches.set(&folder, true), Err(SwitchError::Unreadable(_))));
            assert_eq!(fs::read_to_string(&file).unwrap(), bad);
        }
        fs::write(&file, "{\"enabled\": {\"a\": true}}").unwrap();
        switches.refresh().unwrap();
        assert_eq!(switches.of(&folder), Some(true), "people may write it");
    }

    #[test]
    fn a_plugin_that_is_followed_alone_has_no_directory_to_remember_it_in() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.yaml"), "name: a\n").unwrap();
        let mut switches = Switches::new(&[Root::Named(folder.path().to_owned())]);
        assert!(matches!(switches.set(folder.path(), false), Err(SwitchError::Nowhere)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
