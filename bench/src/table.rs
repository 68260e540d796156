//! The result as Markdown.

use std::fmt::Display;

use crate::cpu::Parts;
use crate::crowd::Crowd;
use crate::live::Saves;
use crate::machine::Facts;
use crate::memory::{Footprint, Linked, REQUESTS, total_mib};
use crate::options::Options;
use crate::proc::Memory;
use crate::rounds::Speed;
use crate::stats::{median, percentile};

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) facts: Facts,
    pub(crate) speeds: Vec<Speed>,
    pub(crate) footprints: Vec<Footprint>,
    pub(crate) crowds: Vec<Crowd>,
    pub(crate) saves: Vec<Saves>,
}

impl Report {
    /// The whole page.
    pub(crate) fn markdown(&self, options: &Options) -> String {
        let facts: Vec<String> =
            self.facts.iter().map(|(name, value)| format!("- {name}: {value}\n")).collect();
        let facts = facts.concat();
        let Options { rounds, duration, connections, .. } = options;
        format!(
            "# Davit on one machine\n\n{facts}\n\
             ## Speed\n\n\
             Servers with their workers on core 0, wrk with {connections} connections on core 1; \
             {rounds} rounds of {} s, the servers in turn. Medians; the ratio is that of the same round. \
             wrk waits for each answer before it asks again, so latency is that at full load. \
             CPU is that of each process by itself; others on the core are whoever else ran there meanwhile: \
             above a few % the run was disturbed. Memory is read after the last round.\n\n{}\n\
             ## Memory of one more plugin\n\n\
             PSS of the runtime and its workers: fresh is after one answer of each plugin, \
             used after {REQUESTS} of each.\n\n{}\n\
             ## Many plugins in one runtime\n\n\
             On all cores. Start is from the process's start until each plugin has answered; a reload \
             replaces every group, and one plugin is asked all the while. MiB are PSS.\n\n{}\n\
             ## From save to live\n\n\
             `davit dev`, asked about every millisecond: from the write until the answer of the new version had come.\n\n{}",
            duration.as_secs(),
            speeds(&self.speeds),
            footprints(&self.footprints),
            crowds(&self.crowds),
            saves(&self.saves),
        )
    }
}

fn speeds(speeds: &[Speed]) -> String {
    let heads = [
        "server",
        "k req/s",
        "ratio",
        "p50 ms",
        "p99 ms",
        "errors",
        "CPU µs/req, server",
        "worker",
        "RSS MiB, server",
        "worker",
        "PSS MiB, server",
        "worker",
        "others on the core, %",
    ];
    let row = |speed: &Speed| {
        let cpu = both(speed.cpu, 2);
        let (rss, pss) =
            (both(speed.memory.map(|m| mib(m.rss)), 1), both(speed.memory.map(|m| mib(m.pss)), 1));
        let first = [
            speed.label.to_owned(),
            format!("{:.1}", speed.rate),
            format!("{:.2}", speed.ratio),
            format!("{:.2}", speed.p50),
            format!("{:.2}", speed.p99),
            speed.errors.to_string(),
        ];
        line(first.into_iter().chain(cpu).chain(rss).chain(pss).chain([format!("{:.0}", speed.others)]))
    };
    table(&heads, speeds.iter().map(row))
}

fn footprints(footprints: &[Footprint]) -> String {
    let heads = [
        "plugins",
        "linked",
        "fresh MiB: runtime",
        "workers",
        "together",
        "used MiB: runtime",
        "workers",
        "together",
        "one more plugin, fresh",
        "used",
    ];
    let row = |footprint: &Footprint| {
        let first = footprints.iter().find(|first| first.linked == footprint.linked);
        let each =
            first.filter(|first| first.plugins < footprint.plugins).map(|first| footprint.each_since(first));
        let linked = linked(footprint.linked);
        let memory = |memory: Parts<Memory>| {
            let [runtime, workers] = both(memory.map(|memory| mib(memory.pss)), 1);
            [runtime, workers, format!("{:.1}", total_mib(memory))]
        };
        let each = each.map_or(["–".to_owned(), "–".to_owned()], |(fresh, used)| {
            [format!("{fresh:.2}"), format!("{used:.2}")]
        });
        let start = [footprint.plugins.to_string(), linked.to_owned()];
        line(start.into_iter().chain(memory(footprint.fresh)).chain(memory(footprint.used)).chain(each))
    };
    table(&heads, footprints.iter().map(row))
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn crowds(crowds: &[Crowd]) -> String {
    let heads = [
        "plugins",
        "linked",
        "start s",
        "workers",
        "MiB: runtime",
        "each worker",
        "reload s",
        "asked",
        "failed",
    ];
    let row = |crowd: &Crowd| {
        let workers = crowd.memory.workers.map_or(0.0, |memory| mib(memory.pss));
        line([
            crowd.plugins.to_string(),
            linked(crowd.linked).to_owned(),
            format!("{:.1}", crowd.start.as_secs_f64()),
            crowd.workers.to_string(),
            format!("{:.1}", mib(crowd.memory.server.pss)),
            format!("{:.1}", workers / crowd.workers.max(1) as f64),
            format!("{:.1}", crowd.reload.as_secs_f64()),
            crowd.asked.to_string(),
            crowd.failed.to_string(),
        ])
    };
    table(&heads, crowds.iter().map(row))
}

fn linked(linked: Linked) -> &'static str {
    match linked {
        Linked::Apart => "no: a group each",
        Linked::Together => "by dependencies: one group",
    }
}

fn saves(saves: &[Saves]) -> String {
    let heads = ["plugin", "saves", "p50 ms", "p99 ms", "least ms", "failed requests"];
    let row = |saves: &Saves| {
        let times = || saves.times.iter().copied();
        line([
            saves.label.to_owned(),
            saves.times.len().to_string(),
            format!("{:.0}", median(times())),
            format!("{:.0}", percentile(times(), 0.99)),
            format!("{:.0}", percentile(times(), 0.0)),
            saves.failed.to_string(),
        ])
    };
    table(&heads, saves.iter().map(row))
}

fn table(heads: &[&str], rows: impl Iterator<Item = String>) -> String {
    let rule = line(heads.iter().map(|_| "---"));
    line(heads) + &rule + &rows.collect::<String>()
}

fn line(cells: impl IntoIterator<Item = impl Display>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell.to_string()).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn both(parts: Parts<f64>, digits: usize) -> [String; 2] {
    let shown = |value: f64| format!("{value:.digits$}");
    [shown(parts.server), parts.workers.map_or_else(|| "–".to_owned(), shown)]
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
