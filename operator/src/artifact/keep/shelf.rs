//! Which packages the folder has, how large they are, and which was used last.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use davit_plugin::Digest;
use davit_plugin::contents::Listing;
use davit_plugin::reason::Problem;

/// How many packages there may be, those apart that Plugins name: what each holds
/// is in memory.
const MAX_PACKAGES: usize = 4096;
/// How many packages that are none are remembered.
const MAX_FAULTS: usize = 1024;

/// Which packages the folder has.
#[derive(Debug)]
pub(super) struct Shelf {
    packages: HashMap<Digest, Slot>,
    faults: HashMap<Digest, Problem>,
    max_bytes: u64,
    /// Counts uses.
    clock: u64,
}

#[derive(Debug)]
struct Slot {
    size: u64,
    /// When it was used last, by the clock.
    used: u64,
    /// None until it is verified.
    listing: Option<Arc<Listing>>,
}

/// The file of a package.
pub(super) fn file_name(digest: &Digest) -> String {
    format!("{}.tgz", digest.hex())
}

impl Shelf {
    /// What a folder has; the file that was changed last counts as used last.
    pub(super) fn of(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        let mut found: Vec<(SystemTime, Digest, u64)> = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let hex = name.to_str().and_then(|name| name.strip_suffix(".tgz"));
            let Some(digest) = hex.and_then(|hex| format!("sha256:{hex}").parse().ok()) else { continue };
            let meta = entry.metadata()?;
            found.push((meta.modified()?, digest, meta.len()));
        }
        found.sort_unstable();
        let slots = (0..).zip(found);
        let packages: HashMap<_, _> =
            slots.map(|(used, (_, digest, size))| (digest, Slot { size, used, listing: None })).collect();
        let clock = packages.len() as u64;
        Ok(Self { packages, faults: HashMap::new(), max_bytes, clock })
    }

    /// What a package holds, if it is verified.
    pub(super) fn listing(&mut self, digest: &Digest) -> Option<Arc<Listing>> {
        self.touch(digest);
        self.packages.get(digest)?.listing.clone()
    }

    /// Uses a package; says whether there is one.
    pub(super) fn touch(&mut self, digest: &Digest) -> bool {
        self.clock += 1;
        let slot = self.packages.get_mut(digest);
        slot.map(|slot| slot.used = self.clock).is_some()
    }

    /// Adds a verified package. Those that must go for it are returned: what no
    /// Plugin names first, then what was used longest ago.
    pub(super) fn add(&mut self, digest: Digest, size: u64, listing: Arc<Listing>) -> Vec<Digest> {
        self.clock += 1;
        self.packages.insert(digest, Slot { size, used: self.clock, listing: Some(listing) });
        let mut gone = Vec::new();
        let mut total: u64 = self.packages.values().map(|slot| slot.size).sum();
        while let Some(last) = self.dispensable(digest, total) {
            total -= self.packages.remove(&last).map_or(0, |slot| slot.size);
            gone.push(last);
        }
        gone
    }

    /// The package that goes next, if one has to: there are `total` bytes, and
    /// `added` stays.
    fn dispensable(&self, added: Digest, total: u64) -> Option<Digest> {
        let others = self.packages.iter().filter(|(other, _)| **other != added);
        let (last, slot) = others.min_by_key(|(_, slot)| (slot.is_named(), slot.used))?;
        let too_many = self.packages.len() > MAX_PACKAGES && !slot.is_named();
        (total > self.max_bytes || too_many).then_some(*last)
    }

    /// Takes a package out.
    pub(super) fn remove(&mut self, digest: &Digest) {
        self.packages.remove(digest);
    }

    /// Remembers that bytes are no package: they need not be fetched again.
    pub(super) fn refuse(&mut self, digest: Digest, fault: Problem) {
        if self.faults.len() >= MAX_FAULTS {
            self.faults.clear();
        }
        self.faults.insert(digest, fault);
    }

    /// Why bytes are no package.
    pub(super) fn fault(&self, digest: &Digest) -> Option<Problem> {
        self.faults.get(digest).cloned()
    }
}

impl Slot {
    /// Whether some Plugin's artifact holds on to what it holds.
    fn is_named(&self) -> bool {
        self.listing.as_ref().is_some_and(|listing| Arc::strong_count(listing) > 1)
    }
}
