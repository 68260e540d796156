//! What of a plugin's folder goes into its package, in the order in which it does.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::entry_path::EntryPath;
use super::link::LinkTarget;
use super::pack::PackOptions;
use super::pack_error::PackError;
use super::shown;
use super::violation::Violation;

/// Never packed, wherever they are.
const NEVER: [&str; 5] = [".git", ".hg", ".svn", ".DS_Store", ".cache"];

/// Something that goes into the package.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) path: EntryPath,
    pub(super) found: Found,
}

/// What it is.
#[derive(Debug)]
pub(super) enum Found {
    Folder,
    File(Stamp),
    Link(LinkTarget),
}

/// A file as it was found. While all of this is the same, so is the content.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) executable: bool,
    file: (u64, u64),
    times: [i64; 4],
}

impl Stamp {
    /// The stamp of an open file, or of one that was just looked at.
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            size: file.len(),
            executable: file.mode() & 0o111 != 0,
            file: (file.dev(), file.ino()),
            times: [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()],
        }
    }
}

/// Everything of `folder` that goes into the package, sorted by the bytes of its paths,
/// which puts folders before what is in them.
pub(super) fn walk(folder: &Path, options: &PackOptions) -> Result<Vec<Item>, PackError> {
    let mut walk = Walk { folder, options, items: Vec::new() };
    walk.enter(None)?;
    walk.items.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(walk.items)
}

struct Walk<'a> {
    folder: &'a Path,
    options: &'a PackOptions,
    items: Vec<Item>,
}

impl Walk<'_> {
    fn enter(&mut self, at: Option<&EntryPath>) -> Result<(), PackError> {
        let on_disk = at.map_or_else(|| self.folder.to_owned(), |at| at.on_disk(self.folder));
        let in_modules = at.is_some_and(|at| at.segments().any(|segment| segment == "node_modules"));
        for name in names(&on_disk).map_err(|error| unreadable(error, at, &on_disk))? {
            if self.leaves_out(&name, in_modules) {
                continue;
            }
            let raw = at.map_or_else(Vec::new, |at| [at.as_str().as_bytes(), b"/"].concat());
            let raw = [&raw, name.as_bytes()].concat();
            if let Some(path) = EntryPath::parse(&raw, &self.options.limits)? {
                self.look_at(path)?;
            }
        }
        Ok(())
    }

    fn look_at(&mut self, path: EntryPath) -> Result<(), PackError> {
        let on_disk = path.on_disk(self.folder);
        let failed = |error| unreadable(error, Some(&path), &on_disk);
        let metadata = on_disk.symlink_metadata().map_err(failed)?;
        let kind = metadata.file_type();
        let found = if kind.is_dir() {
            self.enter(Some(&path))?;
            Found::Folder
        } else if kind.is_symlink() {
            let target = fs::read_link(&on_disk).map_err(failed)?;
            Found::Link(LinkTarget::parse(target.as_os_str().as_bytes(), &path, &self.options.limits)?)
        } else if kind.is_file() {
            Found::File(Stamp::of(&metadata))
        } else {
            let what = if kind.is_fifo() { "a named pipe" } else { "a device or a socket" };
            return Err(Violation::UnsupportedEntry { path: path.shown(), what }.into());
        };
        self.items.push(Item { path, found });
        let limit = self.options.limits.entries;
        if self.items.len() > limit {
            return Err(PackError::TooManyEntries { limit, largest: fullest(&self.items) });
        }
        Ok(())
    }

    /// Dot entries often hold secrets or an editor's state; `.well-known` is served, and
    /// installed modules may lie in folders such as `.bun` and `.pnpm`.
    fn leaves_out(&self, name: &OsStr, in_modules: bool) -> bool {
        match name.to_str() {
            Some("node_modules") => !self.options.node_modules,
            Some(".well-known") => false,
            Some(name) if NEVER.contains(&name) => true,
            _ => name.as_bytes().starts_with(b".") && !in_modules,
        }
    }
}

/// The names in a folder, sorted so that errors do not depend on the disk's order.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// What was listed and is gone has changed; all else, and a missing folder, is an I/O error.
pub(super) fn unreadable(source: io::Error, path: Option<&EntryPath>, on_disk: &Path) -> PackError {
    match path {
        Some(path) if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            PackError::Changed { path: path.shown() }
        }
        _ => PackError::Io { path: PathBuf::from(on_disk), source },
    }
}

/// The folders at the top with the most entries so far.
fn fullest(items: &[Item]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        *counts.entry(item.path.segments().next().unwrap_or_default()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    shown::first(counts.iter().map(|(name, count)| format!("{} ({count})", shown::name(name.as_bytes()))))
}
