//! One question to a source, through all stages.

use std::sync::Arc;
use std::time::Duration;

use davit_crds::Plugin;
use davit_plugin::Reason;
use davit_plugin::contents::Listing;

use super::fetch::{FetchError, fetch};
use super::keep::KeepError;
use super::known::{Kept, Resolved};
use super::under::Said;
use super::verify::of_package;
use crate::context::Context;
use crate::source::{self, Located, SourceError};
use crate::trouble::Trouble;

/// A question that got no package for an answer.
pub(super) struct Failed {
    /// Which bytes the source names, if it said so.
    pub(super) resolved: Option<Resolved>,
    pub(super) trouble: Trouble,
    /// How long the source wants to be left alone, if it says so.
    pub(super) retry_after: Option<Duration>,
}

/// Asks a Plugin's source for its package. Nothing is fetched that the keep has,
/// nor what is known to be no package.
pub(super) async fn ask(
    plugin: &Plugin,
    ctx: &Context,
    said: &Said,
    before: Option<&Resolved>,
) -> Result<(Resolved, Kept), Failed> {
    let located = source::resolve(plugin, &ctx.client, &ctx.registries, ctx.keep.scratch()).await;
    let mut located = located.map_err(|error| unasked(error, source::is_pinned(plugin)))?;
    // What it named already it has named since then.
    if let Some(before) = before.filter(|before| is_same(before, &located.resolved)) {
        located.resolved.time = before.time;
    }
    let resolved = located.resolved.clone();
    let failed = |trouble, retry_after| Failed { resolved: Some(resolved.clone()), trouble, retry_after };
    let listing = match (ctx.keep.load(&resolved.digest).await, ctx.keep.fault(&resolved.digest)) {
        (Some(listing), _) => listing,
        (None, Some(fault)) => return Err(failed(said.refuse(fault), None)),
        (None, None) => {
            let put = put(located, ctx).await;
            put.map_err(|error| failed(said.refuse(error.problem()), retry_after(&error)))?
        }
    };
    let kept = said.over(resolved.digest, listing).map_err(|trouble| failed(trouble, None))?;
    Ok((resolved, kept))
}

async fn put(located: Located, ctx: &Context) -> Result<Arc<Listing>, KeepError> {
    let fetched = fetch(located, &ctx.keep).await?;
    ctx.keep.put(fetched).await
}

fn is_same(before: &Resolved, now: &Resolved) -> bool {
    (before.digest, &before.reference) == (now.digest, &now.reference)
}

/// The source did not say which bytes it names.
fn unasked(error: SourceError, pinned: bool) -> Failed {
    let SourceError { problem, retry_after } = error;
    // A reference is wrong whatever the registry has.
    let alone = problem.reason == Reason::ReferenceInvalid;
    let trouble = of_package(problem, pinned || alone);
    Failed { resolved: None, trouble, retry_after }
}

fn retry_after(error: &KeepError) -> Option<Duration> {
    match error {
        KeepError::Fetch(FetchError::Source(error)) => error.retry_after,
        _ => None,
    }
}
