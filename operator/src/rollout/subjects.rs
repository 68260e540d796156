//! In: the stores and the keep. Out: the Plugins of one runtime with what is
//! known of their packages. Packages that the operator lacks are read back from
//! the replicas that hold them, and hashed again.

use std::collections::BTreeSet;
use std::sync::Arc;

use davit_crds::{Plugin, PluginRuntime};
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::{Contents, Digest, Grant, PluginName};
use kube::ResourceExt as _;
use kube::runtime::reflector::ObjectRef;

use super::agreed::AgreedPlan;
use super::gather::Member;
use super::subject::Subject;
use crate::context::Context;

/// The Plugins of `runtime`, the oldest first.
pub(super) async fn of(
    ctx: &Context,
    runtime: &PluginRuntime,
    agreed: Option<&AgreedPlan>,
    members: &[Member],
) -> Vec<Subject> {
    let mut plugins = ctx.stores.plugins_of(runtime);
    plugins.retain(|plugin| plugin.metadata.deletion_timestamp.is_none());
    plugins.sort_by_key(|plugin| (plugin.creation_timestamp().map(|time| time.0), plugin.name_any()));
    let mut subjects = Vec::with_capacity(plugins.len());
    for plugin in plugins {
        if let Some(name) = name(&plugin) {
            subjects.push(subject(ctx, plugin, name, agreed, members).await);
        }
    }
    subjects
}

/// `spec.name`, or `metadata.name`; none if the API server let a name through
/// that is none.
fn name(plugin: &Plugin) -> Option<PluginName> {
    plugin.spec.name.clone().unwrap_or_else(|| plugin.name_any()).parse().ok()
}

async fn subject(
    ctx: &Context,
    plugin: Arc<Plugin>,
    name: PluginName,
    agreed: Option<&AgreedPlan>,
    members: &[Member],
) -> Subject {
    let artifact = ctx.artifacts.get(&plugin.uid().unwrap_or_default());
    let planned = agreed.and_then(|agreed| agreed.plan.plugin(&name));
    let unkept = artifact.as_ref().and_then(|artifact| {
        let resolved = artifact.resolved.as_ref().map(|resolved| resolved.digest);
        resolved.filter(|_| artifact.kept.is_none())
    });
    let wanted: BTreeSet<Digest> = planned.map(|planned| planned.digest).into_iter().chain(unkept).collect();
    for digest in wanted {
        if ctx.keep.load(&digest).await.is_none() && read_back(ctx, digest, members).await {
            ctx.queues.artifact(ObjectRef::from_obj(&*plugin));
        }
    }
    let last_package = planned.and_then(|planned| last_package(ctx, &plugin, planned));
    Subject { plugin, name, artifact, last_package }
}

/// What the agreed plan's package holds, with the configuration that it ran with
/// and today's resource.
fn last_package(ctx: &Context, plugin: &Plugin, planned: &PlannedPlugin) -> Option<Arc<Contents>> {
    let listing = ctx.keep.listing(&planned.digest)?;
    let today = crate::artifact::grant(&plugin.spec).unwrap_or_default();
    let grant = Grant { base: planned.base.clone(), config: planned.config.clone(), ..today };
    listing.contents(Some(&grant)).ok().map(Arc::new)
}

/// Reads a package's bytes back from a replica that holds it.
async fn read_back(ctx: &Context, digest: Digest, members: &[Member]) -> bool {
    let holders = members.iter().filter_map(|member| member.reach.as_ref());
    for reached in holders.filter(|reached| reached.state.packages.contains(&digest)) {
        let admitted = match reached.replica.package(&digest).await {
            Ok(bytes) => ctx.keep.admit(digest, bytes).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match admitted {
            Ok(_) => return true,
            Err(error) => {
                tracing::warn!(pod = reached.replica.pod_name(), %digest, error, "cannot read a package back");
            }
        }
    }
    false
}
