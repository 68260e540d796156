//! Who follows: only so many at once, and of them only so many with one name, so that
//! nobody keeps all the others out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many may follow at once, all plugins together.
pub const MAX_FOLLOWERS: usize = 64;
/// How many of them may have the same name.
pub const MAX_OF_ONE: usize = 8;

/// How many follow under each name.
#[derive(Debug, Default)]
pub(super) struct Seats(Mutex<BTreeMap<Arc<str>, usize>>);

/// One that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    who: Arc<str>,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None if all are taken, or as many as one may have.
    pub(super) fn take(self: &Arc<Self>, who: &str) -> Option<Seat> {
        let mut taken = self.taken();
        let own = taken.get(who).copied().unwrap_or_default();
        if own >= MAX_OF_ONE || taken.values().sum::<usize>() >= MAX_FOLLOWERS {
            return None;
        }
        let who: Arc<str> = who.into();
        taken.insert(who.clone(), own + 1);
        Some(Seat { seats: self.clone(), who })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        match taken.get_mut(&self.who) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.who)),
        }
    }
}
