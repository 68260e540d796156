//! What one more plugin costs in memory: the same Hono plugin many times, each
//! in a group of its own, and all linked into one group.

use crate::cpu::Parts;
use crate::error::BenchError;
use crate::place::Place;
use crate::plugins::{Bundle, ROUTE};
use crate::proc::Memory;
use crate::process::client;
use crate::say;
use crate::servers::davit_runtime;

/// How many plugins there are in each measurement.
pub(crate) const COUNTS: [usize; 3] = [1, 11, 21];
/// Requests to each plugin before its memory "after load" is read.
pub(crate) const REQUESTS: usize = 1_000;

/// How the plugins hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linked {
    /// Not at all: one group, and one worker, for each.
    Apart,
    /// All depend on the first: one group, one worker.
    Together,
}

/// One measurement.
#[derive(Debug)]
pub(crate) struct Footprint {
    /// How the plugins were linked.
    pub(crate) linked: Linked,
    /// How many there were.
    pub(crate) plugins: usize,
    /// After one answer of each plugin.
    pub(crate) fresh: Parts<Memory>,
    /// After [`REQUESTS`] answers of each plugin.
    pub(crate) used: Parts<Memory>,
}

impl Footprint {
    /// What one plugin more has cost since `less`, in MiB of PSS: fresh and
    /// used.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn each_since(&self, less: &Self) -> (f64, f64) {
        let more = (self.plugins - less.plugins).max(1) as f64;
        (
            (total_mib(self.fresh) - total_mib(less.fresh)) / more,
            (total_mib(self.used) - total_mib(less.used)) / more,
        )
    }
}

/// PSS of the runtime and its workers together, in MiB.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn total_mib(memory: Parts<Memory>) -> f64 {
    (memory.server.pss + memory.workers.map_or(0, |workers| workers.pss)) as f64 / 1024.0
}

/// All measurements, each with a runtime of its own.
pub(crate) async fn measure(place: &Place, bundle: &Bundle) -> Result<Vec<Footprint>, BenchError> {
    let mut footprints = Vec::new();
    for linked in [Linked::Apart, Linked::Together] {
        for plugins in COUNTS {
            say::progress(format_args!("memory: {plugins} plugins, {linked:?}"));
            footprints.push(one(place, bundle, linked, plugins).await?);
        }
    }
    Ok(footprints)
}

async fn one(
    place: &Place,
    bundle: &Bundle,
    linked: Linked,
    plugins: usize,
) -> Result<Footprint, BenchError> {
    let directory = place.folder(&format!("memory-{linked:?}-{plugins}"))?;
    let names: Vec<String> = (0..plugins).map(|number| format!("p{number}")).collect();
    for (at, name) in names.iter().enumerate() {
        let depends_on = (linked == Linked::Together && at > 0).then_some(names[0].as_str());
        bundle.plugin(&directory, name, depends_on)?;
    }
    let server = davit_runtime(place, &directory)?;
    let client = client()?;
    let urls: Vec<String> = names.iter().map(|name| server.url(&format!("/{name}{ROUTE}"))).collect();
    for url in &urls {
        server.process.answers(&client, url).await?;
    }
    server.process.has_workers(if linked == Linked::Apart { plugins } else { 1 }).await?;
    let fresh = Parts::memory(&server.process)?;
    for _ in 0..REQUESTS {
        for url in &urls {
            client.get(url).send().await?.error_for_status()?.bytes().await?;
        }
    }
    let used = Parts::memory(&server.process)?;
    server.process.end().await?;
    Ok(Footprint { linked, plugins, fresh, used })
}
