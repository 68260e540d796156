//! How far a plugin has come on its way to serving.

use serde::{Deserialize, Serialize};

use crate::reason::Problem;

/// How far one plugin has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum PluginState {
    /// It could serve now, or does.
    Ready,
    /// It, or one of its group, is still starting.
    Pending,
    /// It cannot start.
    Failed(Problem),
    /// It serves nothing here although the plan that serves has it: nothing new
    /// is at fault, so it hinders no new plan.
    Degraded(Problem),
}
