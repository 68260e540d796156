//! In: what became of the resources. Out: their status where it has changed, and
//! events that tell of it.

use std::sync::Arc;

use davit_crds::{Plugin, PluginRuntime};
use jiff::Timestamp;

use super::write::{each, write};
use super::{Fate, RuntimeFate, news, of_plugin, of_runtime};
use crate::context::Context;
use crate::trouble::Trouble;

/// Writes the status of Plugins, some at once. One that cannot be written does
/// not hold up the others; the error is the first one.
pub async fn write_plugins(ctx: &Context, fates: Vec<Fate>) -> Result<(), kube::Error> {
    each(fates, |fate| write_plugin(ctx, fate)).await
}

async fn write_plugin(ctx: &Context, fate: Fate) -> Result<(), kube::Error> {
    let now = Timestamp::now();
    let status_of = |plugin: &Arc<Plugin>| of_plugin(&Fate { plugin: plugin.clone(), ..fate.clone() }, now);
    if let Some((plugin, status)) = write(&ctx.client, fate.plugin.clone(), status_of).await? {
        ctx.events.tell(&*plugin, news::of_plugin(plugin.status.as_ref(), &status)).await;
    }
    Ok(())
}

/// Writes the status of a PluginRuntime.
pub async fn write_runtime(
    ctx: &Context,
    runtime: &PluginRuntime,
    fate: &RuntimeFate,
) -> Result<(), kube::Error> {
    let now = Timestamp::now();
    let status_of = |runtime: &Arc<PluginRuntime>| of_runtime(runtime, fate, now);
    if let Some((runtime, status)) = write(&ctx.client, Arc::new(runtime.clone()), status_of).await? {
        ctx.events.tell(&*runtime, news::of_runtime(runtime.status.as_ref(), &status)).await;
    }
    Ok(())
}

/// Writes that a PluginRuntime's own objects are not as they must be; all else
/// stays as it was.
pub async fn write_runtime_trouble(
    ctx: &Context,
    runtime: &PluginRuntime,
    trouble: impl Into<Trouble>,
) -> Result<(), kube::Error> {
    write_runtime(ctx, runtime, &RuntimeFate::troubled(runtime, trouble.into())).await
}

/// Writes the status of a Plugin whose PluginRuntime does not exist.
pub async fn write_orphan(ctx: &Context, plugin: &Arc<Plugin>) -> Result<(), kube::Error> {
    let artifact = ctx.artifacts.get(plugin.metadata.uid.as_deref().unwrap_or_default());
    write_plugin(ctx, Fate::orphan(plugin.clone(), artifact)).await
}
