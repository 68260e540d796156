//! What a replica says of itself.

use serde::{Deserialize, Serialize};

use super::{Fence, PluginReport};
use crate::Digest;

/// What one replica holds and serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The pod it runs in.
    pub pod_uid: String,
    /// Made anew at each start of the process.
    pub instance: String,
    /// The SHA-256 of the certificate authority that it trusts, as DER.
    pub ca: Digest,
    /// The plan formats that it reads.
    pub formats: Vec<u32>,
    /// The highest fence that it has seen; kept on its volume with the plan.
    pub fence: Fence,
    /// Whether the operator has committed or confirmed its plan since its start.
    pub confirmed: bool,
    /// What it serves; none before the first plan.
    pub committed: Option<Agreed>,
    /// What it has prepared beside that.
    pub prepared: Option<Agreed>,
    /// The packages on its volume.
    pub packages: Vec<Digest>,
    /// The plugins of the committed plan, in its order.
    pub plugins: Vec<PluginReport>,
}

/// A plan by its place and digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The plan's place.
    #[serde(flatten)]
    pub fence: Fence,
    /// The plan.
    pub plan: Digest,
}
