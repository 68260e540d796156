//! All keys of a moment, never changed: a change makes another ring.

use std::sync::Arc;

use super::entry::Entry;
use super::hash::Hash;
use super::moment::Moment;

/// The keys, by their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Ring(Vec<Arc<Entry>>);

impl Ring {
    pub(super) fn new(entries: impl IntoIterator<Item = Arc<Entry>>) -> Self {
        Self(entries.into_iter().collect())
    }

    /// The key of this hash, if it counts. Compares with every key, so that the time
    /// tells nothing of where it is or how much of it was right.
    pub(super) fn find(&self, hash: &Hash, now: Moment) -> Option<&Arc<Entry>> {
        let mut found = None;
        for entry in &self.0 {
            if entry.hash.is(hash) {
                found = Some(entry);
            }
        }
        found.filter(|entry| entry.counts(now))
    }

    /// The key of this number, whether it counts or not.
    pub(super) fn get(&self, id: u64) -> Option<&Arc<Entry>> {
        self.0.iter().find(|entry| entry.id == id)
    }

    /// Remembers when keys were used, as another ring of the same keys has it.
    pub(super) fn keep_uses(&self, known: &Self) {
        let used = |entry: &Entry| known.get(entry.id).and_then(|known| known.last_used_at());
        for entry in &self.0 {
            entry.used(used(entry).unwrap_or_default());
        }
    }

    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        &self.0
    }

    /// The same with one more.
    pub(super) fn with(&self, entry: Arc<Entry>) -> Self {
        Self::new(self.0.iter().cloned().chain([entry]))
    }

    /// The same without one.
    pub(super) fn without(&self, id: u64) -> Self {
        Self::new(self.0.iter().filter(|entry| entry.id != id).cloned())
    }
}
