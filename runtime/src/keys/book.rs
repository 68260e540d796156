//! The keys that count, and where they are written down.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::entry::Entry;
use super::grant::Grant;
use super::hash::Hash;
use super::moment::{Moment, now};
use super::ring::Ring;
use super::root::RootKey;
use super::shelf::Shelf;
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
    /// In a file.
    Folder(Shelf),
}

/// What a change comes to.
struct Change<T> {
    ring: Ring,
    next: u64,
    told: T,
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
        let mut place = Shelf::new(folder);
        let ring = ArcSwap::from_pointee(place.read(&Ring::default()).unwrap_or_default());
        Self { ring, desk: Mutex::new(Desk::Folder(place)), used: AtomicBool::new(false) }
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
    pub(super) fn create(&self, by: &Principal, root: &RootKey, new: &NewKey) -> Result<Created, KeysError> {
        let grant = Grant::new(new.role, new.permissions.as_deref())?;
        let (made, key) = self.change(by, root, |ring, id, now| {
            if let Some(permission) = by.lacks(grant.permissions()) {
                return Err(KeysError::MayNot(permission));
            }
            let expires_at = new.expires_in.map(|lifetime| now + lifetime.seconds());
            if let Some(ends) = by.ends_before(expires_at) {
                return Err(KeysError::Outlives(ends.saturating_sub(now)));
            }
            if ring.entries().len() >= MAX_KEYS {
                return Err(KeysError::Full(MAX_KEYS));
            }
            let key = PlainKey::make()?;
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
            Ok(Change { ring: ring.with(entry.clone()), next: id + 1, told: (entry, key) })
        })?;
        tracing::info!(id = made.id, name = %made.name, by = by.name(), "a key was made");
        let (name, role) = (made.name.to_string(), new.role);
        Ok(Created { id: made.id, name, key, key_prefix: made.prefix.clone(), role })
    }

    /// Revokes a key; it is off the disk, and counts no more, when this returns. Blocks
    /// on the disk.
    pub(super) fn revoke(&self, by: &Principal, root: &RootKey, id: u64) -> Result<(), KeysError> {
        let gone = self.change(by, root, |ring, next, _| {
            let entry = ring.get(id).ok_or(KeysError::Unknown(id))?.clone();
            if let Some(permission) = by.lacks(entry.grant.permissions()) {
                return Err(KeysError::MayNot(permission));
            }
            Ok(Change { ring: ring.without(id), next, told: entry })
        })?;
        tracing::info!(id, name = %gone.name, by = by.name(), "a key was revoked");
        Ok(())
    }

    /// Changes the keys of the file as it is now, whoever wrote it, for somebody whose own
    /// key still counts. They are given to `change` with the number of the next key.
    fn change<T>(
        &self,
        by: &Principal,
        root: &RootKey,
        change: impl FnOnce(&Ring, u64, Moment) -> Result<Change<T>, KeysError>,
    ) -> Result<T, KeysError> {
        let mut desk = self.desk();
        let place = match &mut *desk {
            Desk::Operator => return Err(KeysError::Managed),
            Desk::Folder(place) if place.has_place() => place,
            Desk::Folder(_) | Desk::Nowhere => return Err(KeysError::Nowhere),
        };
        let _lock = place.lock().map_err(|error| unwritable(&error))?;
        let ring = self.take(place.read(&self.ring()).map_err(|_| KeysError::Unreadable)?);
        let now = now();
        if !by.still(root, &ring, now) {
            return Err(KeysError::Ended);
        }
        let Change { ring, next, told } = change(&ring, place.next(), now)?;
        place.write(next, &ring).map_err(|error| unwritable(&error))?;
        self.take(ring);
        Ok(told)
    }

    /// Takes what other processes have written. Blocks on the disk.
    pub(super) fn look(&self) {
        if let Desk::Folder(place) = &mut *self.desk()
            && let before = self.ring()
            && let Ok(Some(ring)) = place.read_if_changed(&before)
        {
            let ids = |ring: &Ring| ring.entries().iter().map(|entry| entry.id).collect::<Vec<_>>();
            if ids(&ring) != ids(&before) {
                let keys = ring.entries().len();
                tracing::info!(
                    keys,
                    "keys.json was changed from outside: the keys in it count, no others do"
                );
            }
            self.take(ring);
        }
    }

    /// Writes down when keys were last used, if any was since the last time. What
    /// cannot be written now is written some other time.
    pub(super) fn write_uses(&self) {
        if !self.used.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Desk::Folder(place) = &mut *self.desk()
            && let Err(error) = self.write_uses_on(place)
        {
            self.used.store(true, Ordering::Relaxed);
            tracing::debug!(%error, "cannot write down when keys were used");
        }
    }

    /// Of those keys alone that are in the file.
    fn write_uses_on(&self, place: &mut Shelf) -> io::Result<()> {
        let _lock = place.lock()?;
        let ring = self.take(place.read(&self.ring())?);
        if ring.entries().is_empty() { Ok(()) } else { place.write(place.next(), &ring) }
    }

    /// From now on these count.
    fn take(&self, ring: Ring) -> Arc<Ring> {
        let ring = Arc::new(ring);
        self.ring.store(ring.clone());
        ring
    }

    /// Whether somebody changes the keys just now.
    #[cfg(test)]
    pub(super) fn is_at_work(&self) -> bool {
        self.desk.try_lock().is_err()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwritable(error: &io::Error) -> KeysError {
    tracing::error!(%error, "cannot write keys.json");
    KeysError::Unwritable
}
