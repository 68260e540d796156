//! In: the stores, the pods and what they say. Out: all that a pass decides on.
//! Asks each replica for its state, and for the agreed plan and packages if the
//! operator lacks them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_crds::PluginRuntime;
use davit_plugin::Digest;
use davit_plugin::control::{Fence, State};
use futures::future::join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt as _;

use super::agreed::AgreedPlan;
use super::memory::Memory;
use super::subject::Subject;
use super::{RolloutError, subjects, tag};
use crate::context::Context;
use crate::fleet::{self, Fleet};
use crate::keys::Keys;
use crate::replicas::Replica;

/// How long replicas that do not answer may hold up the first decision of a new
/// leader: they may be the ones that know the agreed plan.
const UNHEARD: Duration = Duration::from_secs(30);

/// One pod of the runtime that is not being ended.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The pod.
    pub pod: Arc<Pod>,
    /// Its control port and what it said; none if it does not answer.
    pub reach: Option<Reached>,
}

/// A replica that answers.
#[derive(Debug, Clone)]
pub(super) struct Reached {
    /// Its control port.
    pub replica: Replica,
    /// What it said last.
    pub state: State,
}

/// All that a pass decides on.
#[derive(Debug)]
pub(super) struct Gathered {
    /// All replicas.
    pub members: Vec<Member>,
    /// The runtime's Plugins in the order in which ties are decided.
    pub subjects: Vec<Subject>,
    /// The keys of the admin API.
    pub keys: Keys,
}

impl Gathered {
    /// The replicas that serve the agreed plan.
    pub(super) fn in_step(&self, agreed: Option<&AgreedPlan>) -> Vec<Reached> {
        let members = self.members.iter().filter(|member| member.is_in_step(agreed));
        members.filter_map(|member| member.reach.clone()).collect()
    }
}

impl Member {
    /// Whether it serves this plan and has been confirmed since its start; anything
    /// is right as long as none is agreed. One that has just started is brought to
    /// the plan by itself, since it waits longer for its groups.
    pub(super) fn is_in_step(&self, agreed: Option<&AgreedPlan>) -> bool {
        let state = self.reach.as_ref().map(|reached| &reached.state);
        let has_it =
            |state: &State, agreed: &AgreedPlan| serves(state) == Some(agreed.digest) && state.confirmed;
        state.is_some_and(|state| agreed.is_none_or(|agreed| has_it(state, agreed)))
    }
}

impl Reached {
    /// Whether it serves the plan of this digest, as far as is known.
    pub(super) fn serves(&self, plan: &Digest) -> bool {
        serves(&self.state) == Some(*plan)
    }
}

fn serves(state: &State) -> Option<Digest> {
    state.committed.map(|committed| committed.plan)
}

/// Gathers.
pub(super) async fn gather(
    ctx: &Context,
    runtime: &PluginRuntime,
    fleet: &Fleet,
    memory: &mut Memory,
) -> Result<Gathered, RolloutError> {
    let members = members(ctx, runtime, fleet).await;
    if memory.agreed.is_none() {
        memory.agreed = read_back(runtime, fleet, &members).await.map(Arc::new);
        hold_for_the_unheard(&members, memory)?;
    }
    let subjects = subjects::of(ctx, runtime, memory.agreed.as_deref(), &members).await;
    if memory.agreed.is_none() {
        hold_for_the_unasked(&subjects)?;
    }
    let keys = keys(ctx, runtime, memory).await;
    Ok(Gathered { members, subjects, keys })
}

async fn keys(ctx: &Context, runtime: &PluginRuntime, memory: &mut Memory) -> Keys {
    let names = &runtime.spec.api_key_secrets;
    if names.is_empty() {
        return Keys::default();
    }
    let agreed = memory.agreed.as_ref().map_or(&[][..], |agreed| &agreed.plan.keys);
    memory.keys.keys(&ctx.client, &runtime.namespace().unwrap_or_default(), names, agreed).await
}

async fn members(ctx: &Context, runtime: &PluginRuntime, fleet: &Fleet) -> Vec<Member> {
    let ask = async |pod: Arc<Pod>| {
        let replica = ctx.replicas.dial(&fleet.credentials, &pod);
        let reach = match replica {
            Some(replica) => match replica.state().await {
                Ok(state) => Some(Reached { replica, state }),
                Err(error) => {
                    fleet::doubt(ctx, &runtime.uid().unwrap_or_default());
                    tracing::debug!(pod = %pod.name_any(), %error, "a replica does not answer");
                    None
                }
            },
            None => None,
        };
        Member { pod, reach }
    };
    join_all(ctx.stores.pods_of(runtime).into_iter().map(ask)).await
}

/// The highest fence that any replica has seen.
pub(super) fn highest_fence(members: &[Member]) -> Fence {
    let fences = members.iter().filter_map(|member| member.reach.as_ref()).map(|reached| reached.state.fence);
    fences.max().unwrap_or_default()
}

/// The plan with the highest place that some replica serves, if its tag is the
/// operator's own: what is forged counts for nothing.
async fn read_back(runtime: &PluginRuntime, fleet: &Fleet, members: &[Member]) -> Option<AgreedPlan> {
    let uid = runtime.uid().unwrap_or_default();
    let mut able: Vec<&Reached> = members.iter().filter_map(|member| member.reach.as_ref()).collect();
    able.retain(|reached| reached.state.committed.is_some());
    able.sort_by_key(|reached| std::cmp::Reverse(reached.state.committed.map(|committed| committed.fence)));
    for Reached { replica, state } in able {
        match replica.plan().await {
            Ok(plan) if !tag::is_genuine(&fleet.credentials, &uid, &plan.plan, &plan.tag) => {
                tracing::warn!(pod = replica.pod_name(), "the plan read back is not the operator's: ignored");
            }
            Ok(plan) => {
                let agreed = AgreedPlan::from(plan);
                if serves(state) == Some(agreed.digest) {
                    tracing::info!(plan = %agreed.digest, pod = replica.pod_name(), "read the agreed plan back");
                    return Some(agreed);
                }
            }
            Err(error) => tracing::warn!(pod = replica.pod_name(), %error, "cannot read the plan back"),
        }
    }
    None
}

/// Not knowing never removes: nothing is decided while a replica that may serve
/// a plan does not answer, though not for ever.
fn hold_for_the_unheard(members: &[Member], memory: &mut Memory) -> Result<(), RolloutError> {
    let unheard = || members.iter().filter(|member| member.reach.is_none() && has_address(&member.pod));
    if memory.agreed.is_some() || unheard().next().is_none() {
        memory.waiting_since = None;
        return Ok(());
    }
    let since = *memory.waiting_since.get_or_insert_with(Instant::now);
    if since.elapsed() >= UNHEARD {
        return Ok(());
    }
    let pods = unheard().map(|member| member.pod.name_any()).collect();
    Err(RolloutError::Unheard(pods))
}

/// The same for the sources of what has served before.
fn hold_for_the_unasked(subjects: &[Subject]) -> Result<(), RolloutError> {
    let served = |subject: &&Subject| {
        let status = subject.plugin.status.as_ref();
        subject.artifact.is_none() && status.is_some_and(|status| status.serving.is_some())
    };
    let unasked: Vec<String> =
        subjects.iter().filter(served).map(|subject| subject.plugin.name_any()).collect();
    if unasked.is_empty() { Ok(()) } else { Err(RolloutError::Unasked(unasked)) }
}

fn has_address(pod: &Pod) -> bool {
    pod.status.as_ref().is_some_and(|status| status.pod_ip.is_some())
}
