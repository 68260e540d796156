//! The keys that count, and where they are written down.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::entry::Entry;
use super::file::{self, Kept};
use super::grant::Grant;
use super::hash::Hash;
use super::moment::Moment;
use super::ring::Ring;
use super::{Created, KeysError, NewKey, PlainKey, Principal};
use crate::directories::DavitFolder;

/// The most keys there can be.
pub(super) const MAX_KEYS: usize = 1_000;

/// The keys that count now. Whoever changes them holds the desk.
#[derive(Debug, Default)]
pub(super) struct Book {
    ring: ArcSwap<Ring>,
    desk: Mutex<Desk>,
    /// Whether a key was used since the keys were last written down.
    used: AtomicBool,
}

/// Where keys are written down.
#[derive(Debug, Default)]
enum Desk {
    /// Nowhere, so that none can be made.
    #[default]
    Nowhere,
    /// An operator has them.
    Operator,
    /// In a file, whose next key has this number; none as long as it cannot be read.
    Folder(DavitFolder, Option<u64>),
}

impl Book {
    /// Of a managed runtime: keys come with its plans.
    pub(super) fn of_operator() -> Self {
        Self { desk: Mutex::new(Desk::Operator), ..Self::default() }
    }

    /// Of the keys that were made here. If their file cannot be read, none of them
    /// counts and none is made until it can. Blocks on the disk.
    pub(super) fn in_folder(folder: Option<DavitFolder>) -> Self {
        let Some(folder) = folder else { return Self::default() };
        let read = read(&folder).ok();
        let next = read.as_ref().map(|kept| kept.next);
        let ring = ArcSwap::from_pointee(read.map(|kept| kept.ring).unwrap_or_default());
        Self { ring, desk: Mutex::new(Desk::Folder(folder, next)), used: AtomicBool::new(false) }
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    /// Notes that a key was used.
    pub(super) fn note(&self, entry: &Entry, now: Moment) {
        if entry.used(now) {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    /// Takes the keys that came with a plan.
    pub(super) fn replace(&self, change: impl FnOnce(&Ring) -> Ring) {
        let _desk = self.desk();
        self.ring.store(Arc::new(change(&self.ring.load())));
    }

    /// Makes a key; it is on the disk when this returns. Blocks on that.
    pub(super) fn create(&self, by: &Principal, new: &NewKey, now: Moment) -> Result<Created, KeysError> {
        let grant = Grant::new(new.role, new.permissions.as_deref())?;
        let mut desk = self.desk();
        let (folder, next) = self.open(&mut desk)?;
        if let Some(permission) = by.lacks(grant.permissions()) {
            return Err(KeysError::MayNot(permission));
        }
        let expires_at = new.expires_in.map(|lifetime| now + lifetime.seconds());
        if let Some(ends) = by.ends_before(expires_at) {
            return Err(KeysError::Outlives(ends.saturating_sub(now)));
        }
        let ring = self.ring.load();
        if ring.entries().len() >= MAX_KEYS {
            return Err(KeysError::Full(MAX_KEYS));
        }
        let (id, key) = (*next, PlainKey::make()?);
        let entry = Arc::new(Entry {
            id,
            name: new.name.shared(),
            description: new.description.as_ref().map(ToString::to_string),
            grant: Arc::new(grant),
            prefix: key.prefix().to_owned(),
            hash: Hash::of(key.reveal().as_bytes()),
            created_at: now,
            expires_at,
            last_used_at: 0.into(),
        });
        let ring = ring.with(entry.clone());
        file::write(folder, id + 1, &ring).map_err(|error| unwritable(&error))?;
        *next = id + 1;
        self.ring.store(Arc::new(ring));
        tracing::info!(id, name = %entry.name, by = by.name(), "a key was made");
        let (name, role) = (entry.name.to_string(), new.role);
        Ok(Created { id, name, key, key_prefix: entry.prefix.clone(), role })
    }

    /// Revokes a key; it is off the disk, and counts no more, when this returns. Blocks
    /// on the disk.
    pub(super) fn revoke(&self, by: &Principal, id: u64) -> Result<(), KeysError> {
        let mut desk = self.desk();
        let (folder, next) = self.open(&mut desk)?;
        let ring = self.ring.load();
        let entry = ring.get(id).ok_or(KeysError::Unknown(id))?;
        if let Some(permission) = by.lacks(entry.grant.permissions()) {
            return Err(KeysError::MayNot(permission));
        }
        let rest = ring.without(id);
        file::write(folder, *next, &rest).map_err(|error| unwritable(&error))?;
        self.ring.store(Arc::new(rest));
        tracing::info!(id, name = %entry.name, by = by.name(), "a key was revoked");
        Ok(())
    }

    /// Writes down when keys were last used, if any was since the last time. What
    /// cannot be written now is written some other time.
    pub(super) fn write_uses(&self) {
        if !self.used.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Desk::Folder(folder, Some(next)) = &*self.desk()
            && let Err(error) = file::write(folder, *next, &self.ring.load())
        {
            tracing::debug!(%error, "cannot write down when keys were used");
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder, and the number of the next key. A file that could not be read is
    /// tried again.
    fn open<'a>(&self, desk: &'a mut Desk) -> Result<(&'a DavitFolder, &'a mut u64), KeysError> {
        match desk {
            Desk::Nowhere => Err(KeysError::Nowhere),
            Desk::Operator => Err(KeysError::Managed),
            Desk::Folder(folder, next) => {
                if next.is_none() {
                    let Kept { next: read, ring } = read(folder).map_err(|_| KeysError::Unreadable)?;
                    self.ring.store(Arc::new(ring));
                    *next = Some(read);
                }
                next.as_mut().map(|next| (&*folder, next)).ok_or(KeysError::Unreadable)
            }
        }
    }
}

fn read(folder: &DavitFolder) -> io::Result<Kept> {
    file::read(folder).inspect_err(|error| {
        let path = folder.path();
        tracing::error!(%error, folder = %path.display(), "cannot read keys.json: no key in it counts until it is mended or removed");
    })
}

fn unwritable(error: &io::Error) -> KeysError {
    tracing::error!(%error, "cannot write keys.json");
    KeysError::Unwritable
}
