//! What the reconcilers share.

use std::sync::Arc;

use kube::Client;

use crate::artifact::{Artifacts, Keep};
use crate::options::Options;
use crate::replicas::Replicas;
use crate::rollout::Memories;
use crate::status::Events;
use crate::watch::{Queues, Stores};

/// All that a reconciler works with.
pub struct Context {
    /// The API server.
    pub client: Client,
    /// What is there, as it was last seen.
    pub stores: Stores,
    /// What is known of each Plugin's package.
    pub artifacts: Arc<Artifacts>,
    /// Packages.
    pub keep: Arc<Keep>,
    /// Control ports.
    pub replicas: Arc<Replicas>,
    /// What rollouts remember.
    pub memories: Memories,
    /// Who wakes whom.
    pub queues: Queues,
    /// What people are told.
    pub events: Events,
    /// How the operator was started.
    pub options: Options,
}
