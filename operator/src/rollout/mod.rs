//! PluginRuntime + its kept packages → the same plan on every replica.
//!
//! ```text
//! gather → rekey → decide → distribute → prepare → commit → (join) → report
//! ```
//!
//! Each pass starts from what is: the resources, the packages, and what the
//! replicas say of themselves. Not knowing never removes: what cannot be read
//! now stays as it is.

mod agreed;
mod combine;
mod commit;
pub mod decide;
mod distribute;
mod gather;
mod join;
mod memory;
mod pass;
mod prepare;
mod rekey;
mod report;
pub mod subject;
mod subjects;
pub mod tag;
mod today;

use std::sync::Arc;
use std::time::Duration;

use davit_crds::PluginRuntime;
use kube::ResourceExt as _;

use crate::context::Context;
use crate::failpoint::failpoint;
use crate::fleet::{self, Fleet, FleetError};
use crate::keys::EVERY;
use crate::leader::EpochError;

pub use memory::Memories;

use gather::gather;
use memory::Memory;
use pass::{Pass, Settled};

/// How soon a pass follows while something is starting,
const SOON: Duration = Duration::from_millis(200);
/// while something that a replica tries again does not run, doubling up to
const TROUBLED: Duration = Duration::from_secs(1);
/// this,
const MOST_TROUBLED: Duration = Duration::from_mins(1);
/// and otherwise, to see what replicas do not tell of themselves.
const RESYNC: Duration = Duration::from_secs(10);

/// A pass that did not come to its end; the next one starts anew.
#[derive(Debug, thiserror::Error)]
pub enum RolloutError {
    /// The runtime's own objects are not as they must be.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// Nobody knows what serves.
    #[error("the pods {} do not answer: what they serve must be known before anything is decided", .0.join(", "))]
    Unheard(Vec<String>),
    /// Nobody knows what shall serve.
    #[error("the sources of {} have not been asked yet: what has served stays until they are", .0.join(", "))]
    Unasked(Vec<String>),
    /// A later leader is at work, or was.
    #[error("a replica has seen a later plan: {0}")]
    Fenced(String),
    /// Every replica left the pass.
    #[error("no replica answers any more: their logs say why")]
    NoReplica,
    /// No replica took the prepared plan.
    #[error("no replica has committed the plan that all had prepared: it is prepared again")]
    NotCommitted,
    /// The epoch could not be raised.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// The API server did not take a status.
    #[error("cannot write a status: {0}; it is written at the next pass")]
    Status(#[from] kube::Error),
}

/// One pass over one PluginRuntime; answers when the next one is due if nothing
/// happens before.
pub async fn reconcile(runtime: Arc<PluginRuntime>, ctx: Arc<Context>) -> Result<Duration, RolloutError> {
    let uid = runtime.uid().unwrap_or_default();
    let memory = ctx.memories.of(&uid);
    let mut memory = memory.lock().await;
    let fleet = match fleet::ensure(&ctx, &runtime).await {
        Ok(fleet) => fleet,
        Err(error) => {
            report::trouble(&ctx, &runtime, &error).await?;
            return Err(error.into());
        }
    };
    let passed = pass(&ctx, runtime, &fleet, &mut memory).await;
    if let Err(RolloutError::Fenced(_)) = &passed {
        // What is remembered may be another leader's past.
        (memory.fence, memory.agreed, memory.proposed) = (None, None, None);
    }
    passed
}

async fn pass(
    ctx: &Arc<Context>,
    runtime: Arc<PluginRuntime>,
    fleet: &Fleet,
    memory: &mut Memory,
) -> Result<Duration, RolloutError> {
    let gathered = gather(ctx, &runtime, fleet, memory).await?;
    failpoint("gathered");
    let in_step = gathered.in_step(memory.agreed.as_deref());
    let (uid, rollout) = (runtime.uid().unwrap_or_default(), (&runtime.spec.rollout).into());
    let mut pass = Pass { ctx, runtime, uid, fleet, rollout, memory, gathered, in_step };
    let settled = pass.settle().await;
    pass.join().await?;
    match settled {
        Ok(settled) => {
            pass.report(&settled).await?;
            failpoint("reported");
            Ok(pass.next(&settled))
        }
        Err(error) => {
            let undone = pass.undone();
            pass.report(&undone).await?;
            Err(error)
        }
    }
}

impl Pass<'_> {
    /// When the next pass is due: soon enough that a Secret of the admin API's keys
    /// that has changed is seen, whatever else there is to wait for.
    fn next(&mut self, settled: &Settled) -> Duration {
        let next = self.next_for_plugins(settled);
        if self.runtime.spec.api_key_secrets.is_empty() { next } else { next.min(EVERY) }
    }

    fn next_for_plugins(&mut self, settled: &Settled) -> Duration {
        self.memory.troubled = if settled.troubled { self.memory.troubled + 1 } else { 0 };
        let all_joined = self.memory.joining_since.is_empty();
        match settled {
            Settled { pending: true, .. } => SOON,
            Settled { troubled: true, .. } => {
                TROUBLED.saturating_mul(1 << (self.memory.troubled - 1).min(6)).min(MOST_TROUBLED)
            }
            _ if !all_joined || self.unreached() > 0 => TROUBLED,
            _ => RESYNC,
        }
    }

    fn unreached(&self) -> usize {
        self.gathered.members.iter().filter(|member| member.reach.is_none()).count()
    }
}

/// The annotation that starts every group anew (interfaces §4).
pub fn reload_of(runtime: &PluginRuntime) -> Option<String> {
    runtime.annotations().get("davit.dev/reloadAt").cloned()
}
