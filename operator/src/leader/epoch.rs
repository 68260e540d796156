//! The epoch of a leader.

use davit_crds::PluginRuntime;
use kube::ResourceExt as _;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

use crate::context::Context;

/// The epoch could not be raised.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// The API server refused.
    #[error("cannot raise the epoch of the PluginRuntime: {0}; it is tried again")]
    Api(#[from] kube::Error),
    /// Others raise it all the time.
    #[error("others have raised the epoch meanwhile: it is tried again")]
    Contended,
}

/// Raises the epoch above all that the status and the replicas have seen.
pub async fn next_epoch(ctx: &Context, runtime: &PluginRuntime, seen: u64) -> Result<u64, EpochError> {
    let namespace = runtime.namespace().unwrap_or_default();
    let api: Api<PluginRuntime> = Api::namespaced(ctx.client.clone(), &namespace);
    for _ in 0..5 {
        let now = api.get_status(&runtime.name_any()).await?;
        let status = now.status.as_ref().and_then(|status| status.fence).map_or(0, |fence| fence.epoch);
        let epoch = status.max(seen) + 1;
        let change = json!({
            "metadata": { "resourceVersion": now.resource_version() },
            "status": { "fence": { "epoch": epoch, "sequence": 0 } },
        });
        match api.patch_status(&runtime.name_any(), &PatchParams::default(), &Patch::Merge(change)).await {
            Ok(_) => return Ok(epoch),
            Err(kube::Error::Api(error)) if error.code == 409 => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(EpochError::Contended)
}
