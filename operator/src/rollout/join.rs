//! In: replicas that serve no plan or another one than the agreed one, or have
//! not been heard of since their start. Out: they serve the agreed plan; what
//! does not run on one of them is degraded there alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_plugin::control::{CommitRequest, Fence, PrepareRequest};
use kube::ResourceExt as _;
use kube::runtime::reflector::ObjectRef;

use super::RolloutError;
use super::agreed::AgreedPlan;
use super::distribute::distribute;
use super::gather::Reached;
use super::memory::Join;
use super::pass::Pass;
use super::prepare::millis;
use crate::context::Context;
use crate::replicas::ReplicaError;

/// The least time that a replica gets for its groups.
const LEAST: Duration = Duration::from_secs(1);

impl Pass<'_> {
    /// Starts to bring every replica that is not in step to the agreed plan,
    /// each in a task of its own: a slow one holds up nobody.
    pub(super) async fn join(&mut self) -> Result<(), RolloutError> {
        let Some(agreed) = self.memory.agreed.clone() else { return Ok(()) };
        self.forget_the_gone();
        let all = self.reached();
        let behind: Vec<&Reached> = all.iter().filter(|reached| needs_it(reached, &agreed)).collect();
        for reached in behind {
            let uid = reached.replica.pod_uid().to_owned();
            let since = *self.memory.joining_since.entry(uid.clone()).or_insert_with(Instant::now);
            let going = self.memory.joins.get(&uid);
            if going.is_some_and(|join| join.plan == agreed.digest && !join.task.is_finished()) {
                continue;
            }
            let joining = Joining {
                ctx: self.ctx.clone(),
                runtime: ObjectRef::from_obj(&*self.runtime),
                agreed: agreed.clone(),
                fence: self.next_fence().await?,
                reached: reached.clone(),
                others: all.clone(),
                deadline: self.rollout.prepare_timeout.saturating_sub(since.elapsed()).max(LEAST),
                settle: self.rollout.settle,
            };
            let task = tokio::spawn(joining.run());
            self.memory.joins.insert(uid, Join { plan: agreed.digest, task });
        }
        Ok(())
    }

    fn forget_the_gone(&mut self) {
        let uids: Vec<String> = self.gathered.members.iter().filter_map(|member| member.pod.uid()).collect();
        self.memory.joins.retain(|uid, _| uids.contains(uid));
        let agreed = self.memory.agreed.clone();
        let behind = |uid: &String| {
            let member = self.gathered.members.iter().find(|member| member.pod.uid().as_ref() == Some(uid));
            member.is_some_and(|member| !member.is_in_step(agreed.as_deref()))
        };
        self.memory.joining_since.retain(|uid, _| behind(uid));
    }
}

fn needs_it(reached: &Reached, agreed: &AgreedPlan) -> bool {
    let serves = reached.state.committed.map(|committed| committed.plan);
    serves != Some(agreed.digest) || !reached.state.confirmed
}

struct Joining {
    ctx: Arc<Context>,
    runtime: ObjectRef<davit_crds::PluginRuntime>,
    agreed: Arc<AgreedPlan>,
    fence: Fence,
    reached: Reached,
    others: Vec<Reached>,
    deadline: Duration,
    settle: Duration,
}

impl Joining {
    async fn run(self) {
        let pod = self.reached.replica.pod_name().to_owned();
        match self.bring().await {
            Ok(()) => tracing::info!(pod, plan = %self.agreed.digest, "a replica has joined"),
            Err(error) => tracing::warn!(pod, %error, "a replica cannot join yet"),
        }
        self.ctx.queues.rollout(self.runtime);
    }

    async fn bring(&self) -> Result<(), ReplicaError> {
        let AgreedPlan { digest, tag, plan, .. } = &*self.agreed;
        self.fill().await;
        let request = PrepareRequest {
            fence: self.fence,
            deadline: millis(self.deadline),
            settle: millis(self.settle),
            plan: (**plan).clone(),
            tag: tag.clone(),
            warm: Vec::new(),
        };
        self.reached.replica.prepare(&request).await?;
        let request = CommitRequest { fence: self.fence, plan: *digest, degraded: true };
        self.reached.replica.commit(&request, plan).await.map(drop)
    }

    /// Puts the packages on its volume, from the keep or from the others.
    async fn fill(&self) {
        let lacking = std::slice::from_ref(&self.reached);
        let barred = distribute(&self.ctx, &self.agreed.plan, lacking, &self.others).await;
        for (id, problem) in barred {
            tracing::warn!(plugin = %id.name, %problem, "a replica that joins cannot be given a package");
        }
    }
}
