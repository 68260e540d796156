//! The objects of one PluginRuntime, each owned by it.
//!
//! ```text
//! certificates → admin key → Services → budget → workload
//! ```
//!
//! Secrets are made once and renewed in time; the rest is server-side applied
//! when the resource or the image has changed, when somebody else has changed
//! it, and now and then in any case. An object of such a name that the
//! PluginRuntime does not control is not touched.

mod admin_key;
mod apply;
mod budget;
mod certificates;
mod control_service;
mod credentials;
mod environment;
mod error;
mod known;
mod names;
mod pod;
mod probes;
mod public_service;
mod secret;
mod security;
mod volumes;
mod workload;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use davit_crds::{PluginRuntime, RUNTIME_LABEL};

use crate::context::Context;

pub use credentials::Credentials;
pub use error::FleetError;
pub use known::Fleets;

use known::Wanted;
use names::Names;

/// What a rollout needs to know of the objects.
#[derive(Debug)]
pub struct Fleet {
    /// What the control ports are spoken to with; the same value as long as
    /// nothing of it changes.
    pub credentials: Arc<Credentials>,
    /// The label selector of the pods.
    pub selector: String,
}

/// Makes what is missing and mends what is not as it must be. Asks the API server
/// for nothing as long as nothing speaks for a change.
pub async fn ensure(ctx: &Context, runtime: &PluginRuntime) -> Result<Fleet, FleetError> {
    let image = runtime.spec.image.clone().or_else(|| ctx.options.runtime_image.clone());
    let image = image.ok_or(FleetError::NoImage)?;
    let wanted = Wanted { generation: runtime.metadata.generation, image };
    let names = Names::of(runtime);
    let (known, now) = (ctx.fleets.of(&names.uid), Instant::now());
    let credentials = match known.credentials(&wanted, now) {
        Some(credentials) => credentials,
        None => secrets(ctx, &names, runtime, &wanted).await?,
    };
    if !known.stands(&wanted, now) {
        objects(ctx, &names, runtime, &wanted.image).await?;
        ctx.fleets.keep(&names.uid, |known| known.applied(&wanted, now));
    }
    Ok(Fleet { credentials, selector: format!("{RUNTIME_LABEL}={}", names.runtime) })
}

async fn secrets(
    ctx: &Context,
    names: &Names,
    runtime: &PluginRuntime,
    wanted: &Wanted,
) -> Result<Arc<Credentials>, FleetError> {
    let read = certificates::ensure(&ctx.client, names).await?;
    admin_key::ensure(&ctx.client, names, runtime).await?;
    Ok(ctx.fleets.keep(&names.uid, |known| known.learn(wanted, read, Instant::now())))
}

async fn objects(
    ctx: &Context,
    names: &Names,
    runtime: &PluginRuntime,
    image: &str,
) -> Result<(), FleetError> {
    let client = &ctx.client;
    apply::apply(client, names, public_service::public_service(names, runtime)).await?;
    apply::apply(client, names, control_service::control_service(names)).await?;
    apply::apply(client, names, budget::budget(names)).await?;
    workload::ensure(client, names, runtime, image).await
}

/// One of the PluginRuntime's objects has changed or is gone: the next pass looks
/// at all of them.
pub fn forget(ctx: &Context, runtime_uid: &str) {
    ctx.fleets.forget(runtime_uid);
}

/// A replica of the PluginRuntime has not answered: if its certificates have
/// changed, the next passes are to know.
pub fn doubt(ctx: &Context, runtime_uid: &str) {
    ctx.fleets.doubt(runtime_uid);
}
