//! Plugin → resolve → fetch → verify → keep.

mod grant;
mod keep;
mod known;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use davit_crds::{ConditionType, Plugin, PluginSpec};
use davit_plugin::contents::ContentsError;
use davit_plugin::reason::Problem;
use davit_plugin::{Digest, PluginName, Reason};
use kube::ResourceExt as _;
use kube::runtime::reflector::ObjectRef;

use crate::context::Context;
use crate::source;
use crate::trouble::{Next, Trouble};

pub use grant::grant;
pub use keep::{Keep, KeepError};
pub use known::{Artifact, Artifacts, Kept, Resolved};

/// One look at a Plugin's source; answers when the next one is due.
pub async fn reconcile(plugin: Arc<Plugin>, ctx: Arc<Context>) -> Duration {
    let uid = plugin.uid().unwrap_or_default();
    let before = ctx.artifacts.get(&uid);
    let artifact = look(&plugin, &ctx, before.as_deref()).await;
    let again = match &artifact.trouble {
        None => Duration::from_mins(5),
        Some(Trouble { next: Next::Retry, .. }) => Duration::from_secs(1),
        Some(Trouble { next: Next::Stall, .. }) => Duration::from_mins(30),
    };
    if ctx.artifacts.set(&uid, artifact)
        && let Some(runtime) = ctx.stores.runtime_of(&plugin)
    {
        ctx.queues.rollout(ObjectRef::from_obj(&*runtime));
    }
    if ctx.stores.runtime_of(&plugin).is_none()
        && let Err(error) = crate::status::write_orphan(&ctx, &plugin).await
    {
        tracing::warn!(%error, "cannot write a status");
    }
    again
}

async fn look(plugin: &Plugin, ctx: &Context, before: Option<&Artifact>) -> Artifact {
    let generation = plugin.metadata.generation.unwrap_or_default();
    let mut artifact = Artifact { generation, resolved: None, kept: None, trouble: None };
    match source::resolve(plugin, ctx).await {
        Ok(found) => {
            artifact.resolved = Some(found.resolved.clone());
            match admit(plugin, ctx, found).await {
                Ok(kept) => artifact.kept = Some(kept),
                Err(trouble) => artifact.trouble = Some(trouble),
            }
        }
        Err(trouble) => {
            artifact.resolved = standing(plugin, before);
            artifact.trouble = Some(trouble);
            if let Some(resolved) = &artifact.resolved {
                artifact.kept = kept(plugin, ctx, resolved.digest).ok().flatten();
            }
        }
    }
    artifact
}

fn standing(plugin: &Plugin, before: Option<&Artifact>) -> Option<Resolved> {
    if let Some(resolved) = before.and_then(|before| before.resolved.clone()) {
        return Some(resolved);
    }
    let status = plugin.status.as_ref()?;
    let resolved = status
        .resolved
        .as_ref()
        .filter(|_| Some(status.observed_generation) == plugin.metadata.generation)?;
    Some(Resolved { digest: resolved.digest, reference: resolved.reference.clone(), time: resolved.time })
}

async fn admit(plugin: &Plugin, ctx: &Context, found: source::Found) -> Result<Kept, Trouble> {
    let digest = found.resolved.digest;
    if ctx.keep.listing(&digest).is_none() {
        let bytes: Bytes = found.fetch()?;
        ctx.keep.admit(digest, bytes).await.map_err(|error| error.trouble())?;
    }
    let kept = kept(plugin, ctx, digest)?;
    kept.ok_or_else(|| Trouble::retry(ConditionType::Verified, Reason::PackageInvalid, "the keep lost it"))
}

fn kept(plugin: &Plugin, ctx: &Context, digest: Digest) -> Result<Option<Kept>, Trouble> {
    let Some(listing) = ctx.keep.listing(&digest) else { return Ok(None) };
    let grant = grant(&plugin.spec)?;
    let contents = listing.contents(Some(&grant)).map_err(|error| trouble(&error))?;
    let name = name(&plugin.spec, plugin);
    if Some(&contents.manifest.name) != name.as_ref() {
        let message = format!(
            "the package's name is {} and not {}: set spec.name to it",
            contents.manifest.name,
            name.map(|name| name.to_string()).unwrap_or_default()
        );
        return Err(Trouble::retry(ConditionType::Verified, Reason::NameMismatch, message));
    }
    let not_granted = listing.not_granted(&grant);
    Ok(Some(Kept { digest, listing, contents: Arc::new(contents), not_granted }))
}

fn name(spec: &PluginSpec, plugin: &Plugin) -> Option<PluginName> {
    spec.name.clone().unwrap_or_else(|| plugin.name_any()).parse().ok()
}

pub(crate) fn trouble(error: &ContentsError) -> Trouble {
    let Problem { reason, message } = Problem::from(error);
    let stage = davit_crds::condition::condition_of(reason);
    Trouble::retry(stage, reason, message)
}
