//! Keys that were made here, as they lie on the disk: their hashes and nothing that
//! opens anything.
//!
//! ```text
//! <directory>/.davit/keys.json      {"next": 2, "keys": [{"id": 1, "name": "ci", "role": "editor", …}]}
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::book::MAX_KEYS;
use super::entry::Entry;
use super::grant::Grant;
use super::hash::Hash;
use super::moment::Moment;
use super::ring::Ring;
use super::{Permission, Role};
use crate::directories::DavitFolder;

const NAME: &str = "keys.json";
/// The largest file, in bytes: more than the most keys with the longest texts.
const MAX_SIZE: u64 = 16 << 20;

/// What the file says.
#[derive(Debug)]
pub(super) struct Kept {
    /// The number of the next key.
    pub(super) next: u64,
    pub(super) ring: Ring,
}

/// Of a file that is not there.
impl Default for Kept {
    fn default() -> Self {
        Self { next: 1, ring: Ring::default() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    next: u64,
    keys: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Line {
    id: u64,
    name: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    role: Role,
    /// Only for the role that does not say them.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<Permission>>,
    prefix: String,
    hash: Hash,
    created_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Moment>,
}

/// Opens the file, if there is one. Blocks on the disk.
pub(super) fn open(folder: &DavitFolder) -> io::Result<Option<File>> {
    match File::open(folder.path().join(NAME)) {
        // A directory that is away for a moment tells nothing.
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.directory().is_dir() => Ok(None),
        opened => opened.map(Some),
    }
}

/// Reads the file. Blocks on the disk.
pub(super) fn read(file: File) -> io::Result<Kept> {
    let mut bytes = Vec::new();
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(io::Error::other(format!("it is larger than {MAX_SIZE} bytes")));
    }
    let written: Written = serde_json::from_slice(&bytes)?;
    let ids: BTreeSet<u64> = written.keys.iter().map(|line| line.id).collect();
    let in_range = ids.iter().all(|&id| (1..written.next).contains(&id));
    if ids.len() != written.keys.len() || !in_range || ids.len() > MAX_KEYS {
        return Err(io::Error::other(
            "its keys are too many, or their numbers are not each one's own below `next`",
        ));
    }
    let entries: io::Result<Vec<_>> = written.keys.into_iter().map(Line::entry).collect();
    Ok(Kept { next: written.next, ring: Ring::new(entries?) })
}

/// Writes the file whole, mode 0600; it is on the disk when this returns.
pub(super) fn write(folder: &DavitFolder, next: u64, ring: &Ring) -> io::Result<()> {
    let keys = ring.entries().iter().map(|entry| Line::of(entry)).collect();
    let mut bytes = serde_json::to_vec_pretty(&Written { next, keys })?;
    bytes.push(b'\n');
    folder.write(NAME, &bytes)
}

impl Line {
    fn of(entry: &Entry) -> Self {
        let listed = || entry.grant.permissions().iter().copied().collect();
        let role = entry.grant.role();
        Self {
            id: entry.id,
            name: entry.name.clone(),
            description: entry.description.clone(),
            role,
            permissions: role.permissions().is_none().then(listed),
            prefix: entry.prefix.clone(),
            hash: entry.hash,
            created_at: entry.created_at,
            expires_at: entry.expires_at,
            last_used_at: entry.last_used_at(),
        }
    }

    fn entry(self) -> io::Result<Arc<Entry>> {
        let grant = Grant::new(self.role, self.permissions.as_deref()).map_err(io::Error::other)?;
        Ok(Arc::new(Entry {
            id: self.id,
            name: self.name,
            description: self.description,
            grant: Arc::new(grant),
            prefix: self.prefix,
            hash: self.hash,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at.unwrap_or_default().into(),
        }))
    }
}
