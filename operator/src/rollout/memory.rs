//! What the leader remembers of each PluginRuntime from one pass to the next.
//! None of it is needed: all comes back from the replicas and the API server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Instant;

use davit_plugin::Digest;
use davit_plugin::control::Fence;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::agreed::AgreedPlan;
use crate::keys::RecentKeys;

/// Of one PluginRuntime.
#[derive(Debug, Default)]
pub struct Memory {
    /// The place of the last plan that was proposed; none before this leader
    /// has an epoch.
    pub fence: Option<Fence>,
    /// The plan that the replicas serve; none before it was read back.
    pub agreed: Option<Arc<AgreedPlan>>,
    /// What was proposed last, so that asking again is the same question.
    pub proposed: Option<(Fence, Digest, Vec<Digest>)>,
    /// The replicas that are being brought to the agreed plan, by pod UID.
    pub joins: HashMap<String, Join>,
    /// Since when each Plugin, by UID, has not been served by all replicas.
    pub lagging: HashMap<String, Instant>,
    /// When each replica, by pod UID, was first seen to lag.
    pub joining_since: HashMap<String, Instant>,
    /// Since when replicas that may know the agreed plan have not answered.
    pub waiting_since: Option<Instant>,
    /// The keys of the admin API, as their Secrets had them last.
    pub keys: RecentKeys,
    /// How many passes in a row had to leave something out.
    pub troubled: u32,
}

/// One replica on its way to the agreed plan. Ends when it is dropped.
#[derive(Debug)]
pub struct Join {
    /// The plan.
    pub plan: Digest,
    /// The task.
    pub task: JoinHandle<()>,
}

impl Drop for Join {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Of all PluginRuntimes, by UID.
#[derive(Debug, Default)]
pub struct Memories(Lock<HashMap<String, Arc<Mutex<Memory>>>>);

impl Memories {
    /// The memory of one PluginRuntime.
    pub fn of(&self, uid: &str) -> Arc<Mutex<Memory>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(uid.to_owned()).or_default().clone()
    }

    /// Forgets all but the PluginRuntimes with these UIDs.
    pub fn retain(&self, exists: impl Fn(&str) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|uid, _| exists(uid));
    }
}
