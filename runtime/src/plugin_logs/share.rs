//! How much of the memory for lines one ring may take.

use std::sync::atomic::{AtomicUsize, Ordering};

/// All rings together, in bytes.
const ALL: usize = 16 << 20;
/// One ring, in bytes.
pub(super) const MOST: usize = 256 << 10;

/// The bytes that each ring may hold: an equal share, however many there are.
#[derive(Debug)]
pub(super) struct Share(AtomicUsize);

impl Default for Share {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST))
    }
}

impl Share {
    /// There are so many rings from now on.
    pub(super) fn among(&self, rings: usize) {
        self.0.store((ALL / rings.max(1)).min(MOST), Ordering::Relaxed);
    }

    /// In bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
