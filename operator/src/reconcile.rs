//! What the leader does: a pass over each PluginRuntime, and a look at each
//! Plugin's source, whenever one is due.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use davit_crds::{Plugin, PluginRuntime};
use futures::StreamExt as _;
use kube::ResourceExt as _;
use kube::runtime::controller::{Action, Config, applier};

use crate::context::Context;
use crate::rollout::{self, RolloutError};
use crate::watch::Work;
use crate::{artifact, fleet};

/// How many passes go on at once,
const ROLLOUTS: u16 = 16;
/// and how many sources are looked at: many, for most only wait for a registry, and
/// one that does not answer must not hold up the others (`source` has the bounds).
const ARTIFACTS: u16 = 256;
/// How soon a pass follows that only had to wait for others.
const SOON: Duration = Duration::from_millis(300);

/// Reconciles everything until it is dropped; what goes on then is dropped, too.
pub(crate) async fn all(ctx: Arc<Context>, work: Work) {
    let _leading = Leading(ctx.clone());
    ctx.stores.complete().await;
    ctx.queues.wake_all(&ctx.stores);
    let rollouts = applier(
        |runtime, ctx| Box::pin(rollout(runtime, ctx)),
        |runtime, error, ctx| failed(&runtime, error, &ctx),
        ctx.clone(),
        ctx.stores.runtimes.clone(),
        work.rollouts.map(Ok::<_, Infallible>),
        Config::default().concurrency(ROLLOUTS),
    );
    let artifacts = applier(
        |plugin, ctx| Box::pin(artifact(plugin, ctx)),
        |_, never, _| match *never {},
        ctx.clone(),
        ctx.stores.plugins.clone(),
        work.artifacts.map(Ok::<_, Infallible>),
        Config::default().concurrency(ARTIFACTS),
    );
    tokio::join!(rollouts.for_each(async |_| ()), artifacts.for_each(async |_| ()), forget(&ctx));
}

/// Ends what passes have left going when it is dropped: replicas that join hold
/// the context, and so would outlive the passes that remember them.
struct Leading(Arc<Context>);

impl Drop for Leading {
    fn drop(&mut self) {
        self.0.memories.retain(|_| false);
    }
}

/// One pass over one PluginRuntime, unless it is another operator's or ends.
async fn rollout(runtime: Arc<PluginRuntime>, ctx: Arc<Context>) -> Result<Action, RolloutError> {
    if !ctx.is_ours(&runtime) || runtime.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    let uid = runtime.uid().unwrap_or_default();
    if ctx.queues.was_touched(&uid) {
        fleet::forget(&ctx, &uid);
    }
    let next = ctx.metrics.pass("rollout", rollout::reconcile(runtime, ctx.clone())).await?;
    ctx.failures.succeeded(&uid);
    Ok(Action::requeue(next))
}

/// When a pass follows that did not come to its end.
fn failed(runtime: &PluginRuntime, error: &RolloutError, ctx: &Context) -> Action {
    let (wait, news) = ctx.failures.failed(&runtime.uid().unwrap_or_default(), &error.to_string());
    let (name, namespace) = (runtime.name_any(), runtime.namespace().unwrap_or_default());
    if news {
        tracing::warn!(runtime = name, namespace, %error, "a pass did not come to its end");
    } else {
        tracing::debug!(runtime = name, namespace, %error, "nor did the next one");
    }
    match error {
        RolloutError::Unheard(_) | RolloutError::Unasked(_) | RolloutError::Fenced(_) => {
            Action::requeue(SOON)
        }
        _ => Action::requeue(wait),
    }
}

/// One look at one Plugin's source, unless it is another operator's or ends.
async fn artifact(plugin: Arc<Plugin>, ctx: Arc<Context>) -> Result<Action, Infallible> {
    if !ctx.may_be_ours(&plugin) || plugin.metadata.deletion_timestamp.is_some() {
        return Ok(Action::await_change());
    }
    let look = async { Ok(artifact::reconcile(plugin, ctx.clone()).await) };
    ctx.metrics.pass("artifact", look).await.map(Action::requeue)
}

/// Forgets what is gone, as long as this process leads.
async fn forget(ctx: &Context) {
    loop {
        ctx.queues.until_some_are_gone().await;
        ctx.forget_the_gone();
    }
}
