//! The last lines of each plugin, for whoever asks.
//!
//! ```text
//! engine → group's output → ring of each plugin → follower (from a number on, then live)
//! ```
//!
//! A ring belongs to a plugin's name: it outlives reloads and goes with the plugin.

mod follower;
mod output;
mod ring;
mod seats;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use davit_engine::Output;
use davit_plugin::PluginName;

pub use follower::{Batch, Follower, From};
pub use ring::{Line, MAX_LINES};
pub use seats::{MAX_FOLLOWERS, MAX_OF_ONE};

use output::GroupOutput;
use ring::Ring;
use seats::Seats;
use share::Share;

/// The rings of all plugins. Together they hold at most 16 MiB.
#[derive(Debug, Default)]
pub struct PluginLogs {
    rings: Mutex<BTreeMap<PluginName, Arc<Ring>>>,
    share: Arc<Share>,
    seats: Arc<Seats>,
}

impl PluginLogs {
    fn rings(&self) -> MutexGuard<'_, BTreeMap<PluginName, Arc<Ring>>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ring of a plugin, made if need be; then all others have a smaller share.
    fn ring(&self, plugin: &PluginName) -> Arc<Ring> {
        let mut rings = self.rings();
        if let Some(ring) = rings.get(plugin) {
            return ring.clone();
        }
        let ring = Arc::new(Ring::new(self.share.clone()));
        rings.insert(plugin.clone(), ring.clone());
        self.share.among(rings.len());
        rings.values().for_each(|ring| ring.trim());
        ring
    }

    /// What takes the lines of a group of these plugins, which are in its spec's order.
    pub(crate) fn of_group<'a>(&self, plugins: impl Iterator<Item = &'a PluginName>) -> Arc<dyn Output> {
        Arc::new(GroupOutput::new(plugins.map(|plugin| self.ring(plugin)).collect()))
    }

    /// Whether there is a ring of this plugin.
    pub fn has(&self, plugin: &PluginName) -> bool {
        self.rings().contains_key(plugin)
    }

    /// Follows a plugin that exists; one that has no code never writes anything. None
    /// if [`MAX_FOLLOWERS`] do so already, or [`MAX_OF_ONE`] of the name `who`.
    pub fn follow(&self, plugin: &PluginName, from: From, who: &str) -> Option<Follower> {
        let seat = self.seats.take(who)?;
        Some(Follower::new(self.ring(plugin), from, Some(seat)))
    }

    /// The same for somebody who reads what is there and goes: he keeps nobody out.
    pub fn look(&self, plugin: &PluginName, from: From) -> Follower {
        Follower::new(self.ring(plugin), from, None)
    }

    /// Drops the rings of all other plugins, whose followers are told.
    pub(crate) fn keep_only(&self, plugins: &BTreeSet<PluginName>) {
        let mut rings = self.rings();
        let gone = rings.extract_if(.., |plugin, _| !plugins.contains(plugin));
        gone.for_each(|(_, ring)| ring.close());
        self.share.among(rings.len());
    }
}
