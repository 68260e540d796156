//! The epoch of a leader: no two of them ever have the same one (interfaces §4).

use std::time::Duration;

use davit_crds::PluginRuntime;
use kube::api::{Api, Patch, PatchParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};

/// How often the epoch is tried before a pass gives up,
const ATTEMPTS: u32 = 6;
/// and the wait after the first conflict, doubled with each further one.
const PAUSE: Duration = Duration::from_millis(20);
/// Who is said to have written the status: not the one whose later statuses may
/// leave the fence out, so that it cannot vanish.
const FIELD_MANAGER: &str = "davit-operator-epoch";

/// The epoch could not be raised.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// The API server has not done it.
    #[error("cannot raise the epoch of the PluginRuntime: {0}; it is tried again")]
    Api(#[from] kube::Error),
    /// Others write the status all the time.
    #[error("others have changed the PluginRuntime's status meanwhile: its epoch is raised at the next pass")]
    Contended,
    /// The PluginRuntime is another one by now.
    #[error("the PluginRuntime has been made anew: the next pass is about that one")]
    Replaced,
    /// No number is left.
    #[error(
        "a replica claims the epoch {0}, which no leader can have had: delete the pod that says so in \
         GET /control/v1/state"
    )]
    Exhausted(u64),
}

/// Raises the epoch in the status above itself and above all that the replicas
/// have `seen`. Who reads the same status as another leader loses against its
/// write, and reads again.
pub async fn next_epoch(client: &Client, runtime: &PluginRuntime, seen: u64) -> Result<u64, EpochError> {
    let (name, namespace) = (runtime.name_any(), runtime.namespace().unwrap_or_default());
    let api: Api<PluginRuntime> = Api::namespaced(client.clone(), &namespace);
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    for attempt in 0..ATTEMPTS {
        let now = api.get_status(&name).await?;
        if now.uid() != runtime.uid() {
            return Err(EpochError::Replaced);
        }
        let epoch = above(&now, seen)?;
        match api.patch_status(&name, &params, &Patch::Merge(raised(&now, epoch))).await {
            Ok(_) => return Ok(epoch),
            Err(kube::Error::Api(status)) if status.is_conflict() => {
                tokio::time::sleep(PAUSE * (1 << attempt)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(EpochError::Contended)
}

/// The API's integers have 63 bits.
fn above(runtime: &PluginRuntime, seen: u64) -> Result<u64, EpochError> {
    let said = runtime.status.as_ref().and_then(|status| status.fence).map_or(0, |fence| fence.epoch);
    let highest = said.max(seen);
    let next = highest.checked_add(1).filter(|next| i64::try_from(*next).is_ok());
    next.ok_or(EpochError::Exhausted(highest))
}

/// Counts only for the status that was read.
fn raised(now: &PluginRuntime, epoch: u64) -> Value {
    json!({
        "metadata": { "uid": now.uid(), "resourceVersion": now.resource_version() },
        "status": { "fence": { "epoch": epoch, "sequence": 0 } },
    })
}

#[cfg(test)]
mod tests {
    use davit_crds::{PluginRuntimeSpec, PluginRuntimeStatus};
    use davit_plugin::control::Fence;

    use super::*;

    fn runtime(epoch: Option<u64>) -> PluginRuntime {
        let mut runtime = PluginRuntime::new("default", PluginRuntimeSpec::default());
        let fence = epoch.map(|epoch| Fence { epoch, sequence: 9 });
        runtime.status = Some(PluginRuntimeStatus { fence, ..PluginRuntimeStatus::default() });
        runtime.metadata.resource_version = Some("17".into());
        runtime
    }

    #[test]
    fn is_above_the_status_and_all_that_replicas_have_seen() {
        for (said, seen, next) in [(None, 0, 1), (Some(3), 0, 4), (Some(3), 7, 8), (Some(8), 7, 9)] {
            assert_eq!(above(&runtime(said), seen).unwrap(), next);
        }
    }

    #[test]
    fn a_replica_that_claims_the_last_number_is_named_and_nothing_overflows() {
        for seen in [u64::MAX, i64::MAX.unsigned_abs()] {
            let Err(EpochError::Exhausted(claimed)) = above(&runtime(Some(3)), seen) else {
                panic!("{seen}")
            };
            assert_eq!(claimed, seen);
        }
    }

    #[test]
    fn is_written_over_the_status_that_was_read_alone() {
        let patch = raised(&runtime(Some(3)), 4);
        assert_eq!(patch["metadata"]["resourceVersion"], "17");
        assert_eq!(patch["status"]["fence"], json!({"epoch": 4, "sequence": 0}));
    }
}
