//! In: the lines of one group. Out: each in the ring of its plugin.

use std::sync::Arc;
use std::time::SystemTime;

use davit_engine::{Level, Output};

use super::ring::Ring;

/// The rings of a group's plugins, in the order of its spec.
pub(super) struct GroupOutput(Vec<Arc<Ring>>);

impl GroupOutput {
    pub(super) fn new(rings: Vec<Arc<Ring>>) -> Self {
        Self(rings)
    }
}

impl Output for GroupOutput {
    fn line(&self, plugin: Option<usize>, level: Level, message: &str) {
        let (now, message) = (SystemTime::now(), Arc::from(message));
        match plugin.map(|index| &self.0[index..=index]) {
            Some(writer) => writer.iter(),
            // It may be of any of them, so it is in the ring of each.
            None => self.0.iter(),
        }
        .for_each(|ring| ring.push(now, level, &message));
    }
}
