//! The objects of one PluginRuntime.

mod certificates;
mod credentials;
mod objects;
mod secrets;

use std::sync::Arc;

use davit_crds::{ConditionType, PluginRuntime};
use davit_plugin::Reason;
use kube::ResourceExt as _;

use crate::context::Context;
use crate::trouble::Trouble;

pub use credentials::Credentials;

/// What a rollout needs of them.
#[derive(Debug)]
pub struct Fleet {
    /// The control ports' credentials.
    pub credentials: Arc<Credentials>,
    /// The label selector of the pods.
    pub selector: String,
}

/// The objects are not as they must be.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The API server refused.
    #[error("cannot make {what}: {source}")]
    Api {
        /// What.
        what: String,
        /// Why not.
        source: kube::Error,
    },
    /// Somebody else's.
    #[error("the {kind} {name} is there already and is not of this PluginRuntime: rename one of the two")]
    Foreign {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Malformed.
    #[error("the Secret {0} is not as it was made: delete it, and it is made anew")]
    Malformed(String),
    /// No image.
    #[error("no image: set `spec.image`, or start the operator with --runtime-image")]
    NoImage,
    /// Certificates.
    #[error("cannot make certificates: {0}")]
    Certificates(String),
}

impl From<&FleetError> for Trouble {
    fn from(error: &FleetError) -> Self {
        match error {
            FleetError::Api { .. } | FleetError::Certificates(_) => {
                Self::retry(ConditionType::PlanCommitted, Reason::RolloutInProgress, error.to_string())
            }
            _ => Self::stall(ConditionType::PlanCommitted, Reason::RolloutInProgress, error.to_string()),
        }
    }
}

/// Makes what is missing.
pub async fn ensure(ctx: &Context, runtime: &PluginRuntime) -> Result<Fleet, FleetError> {
    let credentials = secrets::ensure(ctx, runtime).await?;
    objects::ensure(ctx, runtime).await?;
    let selector = format!("{}={}", davit_crds::RUNTIME_LABEL, runtime.name_any());
    Ok(Fleet { credentials: Arc::new(credentials), selector })
}
