//! Plugin → resolve → fetch → verify → keep.
//!
//! What is fetched and verified once is not asked for again, and what a source
//! named last stands while it cannot be asked.

mod ask;
mod fetch;
mod grant;
mod keep;
mod known;
mod looks;
mod standing;
mod under;
mod verify;

use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_crds::{ConditionType, Plugin};
use kube::ResourceExt as _;
use kube::runtime::reflector::ObjectRef;

use crate::context::Context;
use crate::source;
use crate::trouble::{Next, Trouble};
use ask::{Failed, ask};
use looks::{Outcome, Question};
use under::Said;

pub use fetch::FetchError;
pub use grant::grant;
pub(crate) use keep::TEMPORARY;
pub use keep::{Keep, KeepError};
pub use known::{Artifact, Artifacts, Kept, Resolved};
pub use verify::VerifyError;

/// A look at what nobody has to ask for.
const SELDOM: Duration = Duration::from_hours(1);

/// One look at a Plugin's source; answers when the next one is due.
pub async fn reconcile(plugin: Arc<Plugin>, ctx: Arc<Context>) -> Duration {
    let uid = plugin.uid().unwrap_or_default();
    let (artifact, again) = look(&plugin, &ctx, &uid).await;
    let runtime = ctx.stores.runtime_of(&plugin);
    if ctx.artifacts.set(&uid, artifact)
        && let Some(runtime) = &runtime
    {
        ctx.queues.rollout(ObjectRef::from_obj(&**runtime));
    }
    if runtime.is_none()
        && let Err(error) = crate::status::write_orphan(&ctx, &plugin).await
    {
        tracing::warn!(plugin = plugin.name_any(), %error, "cannot write a status");
    }
    again
}

/// What is known after this look, and when the next one is due. The source is
/// asked only if nothing that is known answers for it.
async fn look(plugin: &Plugin, ctx: &Context, uid: &str) -> (Artifact, Duration) {
    let (before, question, now) = (ctx.artifacts.get(uid), Question::of(plugin), Instant::now());
    let stands = standing::standing(plugin, uid, &ctx.artifacts, before.as_deref());
    let said = match Said::of(plugin) {
        Ok(said) => said,
        Err(trouble) => return (made(plugin, stands, None, Some(trouble)), SELDOM),
    };
    if plugin.spec.suspend || source::is_pinned(plugin) && is_kept(ctx, stands.as_ref()).await {
        // As good as asked: what stands is what this source names.
        ctx.artifacts.looks.ended(uid, question, Outcome::Good, now);
        let (kept, trouble) = from_keep(ctx, &said, stands.as_ref()).await;
        return (made(plugin, stands, kept, trouble), SELDOM);
    }
    // A ConfigMap costs nothing to ask, and whoever wakes may know of a new one.
    let known = before.filter(|_| plugin.spec.source.config_map.is_none());
    if let (Some(known), Some(rest)) = (known, ctx.artifacts.looks.rest(uid, &question, now)) {
        let (kept, trouble) = from_keep(ctx, &said, stands.as_ref()).await;
        // What a replica gave back is verified, whatever the source sent.
        let of_source = |it: &Trouble| kept.is_none() || it.stage == ConditionType::SourceResolved;
        let before = known.trouble.clone().filter(of_source);
        return (made(plugin, stands, kept, trouble.or(before)), rest);
    }
    let (artifact, outcome) = asked(plugin, ctx, &said, stands).await;
    let again = ctx.artifacts.looks.ended(uid, question, outcome, Instant::now());
    let stalls = artifact.trouble.as_ref().is_some_and(|trouble| trouble.next == Next::Stall);
    (artifact, if stalls { SELDOM } else { again })
}

/// What is known after the source was asked.
async fn asked(plugin: &Plugin, ctx: &Context, said: &Said, stands: Option<Resolved>) -> (Artifact, Outcome) {
    match ask(plugin, ctx, said, stands.as_ref()).await {
        Ok((resolved, kept)) => (made(plugin, Some(resolved), Some(kept), None), Outcome::Good),
        Err(Failed { resolved, trouble, retry_after }) => {
            let resolved = resolved.or(stands);
            let (kept, nearer) = from_keep(ctx, said, resolved.as_ref()).await;
            (made(plugin, resolved, kept, nearer.or(Some(trouble))), Outcome::Failed(retry_after))
        }
    }
}

fn made(
    plugin: &Plugin,
    resolved: Option<Resolved>,
    kept: Option<Kept>,
    trouble: Option<Trouble>,
) -> Artifact {
    Artifact { generation: plugin.metadata.generation.unwrap_or_default(), resolved, kept, trouble }
}

async fn is_kept(ctx: &Context, resolved: Option<&Resolved>) -> bool {
    match resolved {
        Some(resolved) => ctx.keep.load(&resolved.digest).await.is_some(),
        None => false,
    }
}

/// The package that a source named, if the keep has it, under today's resource.
async fn from_keep(
    ctx: &Context,
    said: &Said,
    resolved: Option<&Resolved>,
) -> (Option<Kept>, Option<Trouble>) {
    let Some(digest) = resolved.map(|resolved| resolved.digest) else { return (None, None) };
    let Some(listing) = ctx.keep.load(&digest).await else { return (None, None) };
    match said.over(digest, listing) {
        Ok(kept) => (Some(kept), None),
        Err(trouble) => (None, Some(trouble)),
    }
}
