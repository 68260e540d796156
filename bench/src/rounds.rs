//! The comparison: every target in turn, round after round, so that what else
//! the machine does meets all of them.

use std::time::{Duration, Instant};

use crate::cpu::Parts;
use crate::error::BenchError;
use crate::options::Options;
use crate::place::Place;
use crate::plugins::Bundle;
use crate::proc::{Memory, core_time};
use crate::say;
use crate::servers::{SERVERS_CORE, Servers, Target};
use crate::stats::median;
use crate::wrk::{Load, load};

/// One target's result: medians over the rounds.
#[derive(Debug)]
pub(crate) struct Speed {
    /// What was loaded.
    pub(crate) label: &'static str,
    /// Thousands of requests per second.
    pub(crate) rate: f64,
    /// The rate by the first target's of the same round.
    pub(crate) ratio: f64,
    /// Median latency, ms.
    pub(crate) p50: f64,
    /// 99th percentile of the latency, ms.
    pub(crate) p99: f64,
    /// Errors in all rounds.
    pub(crate) errors: u64,
    /// CPU per request, µs.
    pub(crate) cpu: Parts<f64>,
    /// The share of the servers' core that went to anybody else, %.
    pub(crate) others: f64,
    /// Memory after the last round.
    pub(crate) memory: Parts<Memory>,
}

struct Round {
    load: Load,
    cpu: Parts<Duration>,
    core: Duration,
    length: Duration,
}

impl Round {
    /// CPU per request, µs.
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn cpu(&self) -> Parts<f64> {
        self.cpu.map(|time| time.as_secs_f64() * 1e6 / self.load.requests.max(1) as f64)
    }

    /// The share of the core that went to others, %.
    fn others(&self) -> f64 {
        let own = self.cpu.server + self.cpu.workers.unwrap_or_default();
        self.core.saturating_sub(own).as_secs_f64() * 100.0 / self.length.as_secs_f64()
    }
}

/// Starts the servers, loads them and ends them.
pub(crate) async fn compare(
    place: &Place,
    options: &Options,
    bundle: &Bundle,
) -> Result<Vec<Speed>, BenchError> {
    let servers = Servers::start(place, bundle).await?;
    let targets = servers.targets();
    for target in &targets {
        say::progress(format_args!("warming up: {}", target.label));
        load(place, options, &target.url, options.warm_up).await?;
    }
    let mut rounds: Vec<Vec<Round>> = targets.iter().map(|_| Vec::new()).collect();
    for number in 1..=options.rounds {
        for (target, rounds) in targets.iter().zip(&mut rounds) {
            let round = measure(place, options, target).await?;
            let rate = round.load.rate() / 1e3;
            say::progress(format_args!("round {number}: {}: {rate:.1} k requests/s", target.label));
            rounds.push(round);
        }
    }
    let speeds = targets.iter().zip(&rounds).map(|(target, own)| summarize(target, own, &rounds[0]));
    let speeds = speeds.collect::<Result<_, _>>()?;
    servers.end().await?;
    Ok(speeds)
}

async fn measure(place: &Place, options: &Options, target: &Target<'_>) -> Result<Round, BenchError> {
    let (start, core, cpu) = (Instant::now(), core_time(SERVERS_CORE)?, Parts::cpu(target.process)?);
    let load = load(place, options, &target.url, options.duration).await?;
    let cpu = Parts::cpu(target.process)?.since(cpu);
    let core = core_time(SERVERS_CORE)?.saturating_sub(core);
    Ok(Round { load, cpu, core, length: start.elapsed() })
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn summarize(target: &Target, rounds: &[Round], baseline: &[Round]) -> Result<Speed, BenchError> {
    let over = |value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let ratios = rounds.iter().zip(baseline).map(|(own, base)| own.load.rate() / base.load.rate());
    let workers: Option<Vec<f64>> = rounds.iter().map(|round| round.cpu().workers).collect();
    Ok(Speed {
        label: target.label,
        rate: over(|round| round.load.rate()) / 1e3,
        ratio: median(ratios),
        p50: over(|round| round.load.p50 as f64) / 1e3,
        p99: over(|round| round.load.p99 as f64) / 1e3,
        errors: rounds.iter().map(|round| round.load.errors).sum(),
        cpu: Parts { server: over(|round| round.cpu().server), workers: workers.map(median) },
        others: over(Round::others),
        memory: Parts::memory(target.process)?,
    })
}
