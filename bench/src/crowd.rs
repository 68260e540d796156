//! Many plugins in one runtime: 300 that know nothing of each other, and 50 that
//! all need one. How long the start takes, what each worker holds, and how long
//! a reload of everything takes.

use std::time::{Duration, Instant};

use crate::cpu::Parts;
use crate::error::BenchError;
use crate::memory::Linked;
use crate::place::Place;
use crate::plugins::{Bundle, ROUTE};
use crate::proc::Memory;
use crate::process::{KEY, client};
use crate::say;
use crate::servers::{Server, crowded_runtime};

/// Plugins without dependencies, a worker each.
const APART: usize = 300;
/// Plugins that all need one more: one worker.
const AROUND_A_HUB: usize = 50;

/// One crowd's figures.
#[derive(Debug)]
pub(crate) struct Crowd {
    /// How its plugins hang together.
    pub(crate) linked: Linked,
    /// How many there are, the hub among them.
    pub(crate) plugins: usize,
    /// From the runtime's start until each plugin has answered.
    pub(crate) start: Duration,
    /// After that.
    pub(crate) memory: Parts<Memory>,
    /// How many workers that is.
    pub(crate) workers: usize,
    /// A call of reload until its answer, which lists all plugins.
    pub(crate) reload: Duration,
    /// Requests to one plugin meanwhile, and how many of them failed.
    pub(crate) asked: u64,
    /// Those that failed.
    pub(crate) failed: u64,
}

/// Both crowds.
pub(crate) async fn measure(place: &Place, bundle: &Bundle) -> Result<Vec<Crowd>, BenchError> {
    Ok(vec![
        one(place, bundle, Linked::Apart, APART).await?,
        one(place, bundle, Linked::Together, AROUND_A_HUB + 1).await?,
    ])
}

async fn one(place: &Place, bundle: &Bundle, linked: Linked, plugins: usize) -> Result<Crowd, BenchError> {
    say::progress(format_args!("crowd: {plugins} plugins, {linked:?}"));
    let directory = place.folder(&format!("crowd-{linked:?}"))?;
    let names: Vec<String> = (0..plugins).map(|number| format!("p{number}")).collect();
    for (at, name) in names.iter().enumerate() {
        let depends_on = (linked == Linked::Together && at > 0).then_some(names[0].as_str());
        bundle.plugin(&directory, name, depends_on)?;
    }
    let client = client()?;
    let began = Instant::now();
    let server = crowded_runtime(place, &directory)?;
    for name in &names {
        server.process.answers(&client, &server.url(&format!("/{name}{ROUTE}"))).await?;
    }
    let start = began.elapsed();
    let memory = Parts::memory(&server.process)?;
    let workers = server.process.workers()?.len();
    let (reload, asked, failed) = reload(&server, &client, plugins).await?;
    server.process.end().await?;
    Ok(Crowd { linked, plugins, start, memory, workers, reload, asked, failed })
}

/// Reloads all, and asks one plugin all the while.
async fn reload(
    server: &Server,
    client: &reqwest::Client,
    plugins: usize,
) -> Result<(Duration, u64, u64), BenchError> {
    let began = Instant::now();
    let call = client.post(server.url("/_/api/plugins/reload")).timeout(Duration::from_mins(5));
    let call = call.header("x-api-key", KEY).header("origin", server.url(""));
    let answer = async { call.send().await?.error_for_status()?.json::<serde_json::Value>().await };
    let (mut asked, mut failed) = (0, 0);
    let url = server.url(&format!("/p0{ROUTE}"));
    let ask = async {
        loop {
            let answered = client.get(&url).send().await;
            asked += 1;
            failed += u64::from(!answered.is_ok_and(|response| response.status() == 200));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let answer = tokio::select! {
        answer = answer => answer?,
        () = ask => unreachable!("asking never ends"),
    };
    let loaded = answer["plugins"].as_array().map_or(0, Vec::len);
    if loaded != plugins {
        return Err(server.process.no_answer(&format!("reload, with {loaded} of {plugins} plugins")));
    }
    Ok((began.elapsed(), asked, failed))
}
