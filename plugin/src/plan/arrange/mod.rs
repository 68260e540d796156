//! In: for each plugin the versions that could run, best first. Out: the plan of
//! the best ones that fit together, and why others do not run. A fixpoint over
//! the versions that really run, for bases and ranges alike.

mod fit;
mod share;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, CandidateId, FORMAT, Plan};
use crate::manifest::Dependency;
use crate::reason::{Problem, Reason};
use crate::{PluginName, Version};

use fit::{Fit, Rejected};
use table::{Running, Table};

/// What is wanted of one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The plugin.
    pub name: PluginName,
    /// Versions to try, the newest first, then the last good one.
    pub versions: Vec<Candidate>,
    /// Turned off: no version runs.
    pub disabled: bool,
    /// Why the newest package is not even among the versions.
    pub problem: Option<Problem>,
}

/// Versions that may not run now, with the reason.
pub type Barred = BTreeMap<CandidateId, Problem>;

/// What became of one wanted plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The version in the plan; none if the plugin is left out.
    pub runs: Option<Candidate>,
    /// Why it is not the newest one.
    pub problem: Option<Problem>,
    /// Plugins that it could use but is not linked to, because only its manifest
    /// names them and sharing a process with them would give somebody more.
    pub unlinked: BTreeSet<PluginName>,
}

/// A plan, and what became of each wanted plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrangement {
    /// What shall run.
    pub plan: Plan,
    /// In the order of the wanted plugins.
    pub outcomes: Vec<Outcome>,
}

/// Chooses the versions that fit together, so that no single plugin could join
/// them or run a newer version beside the others. `wanted` has each name once,
/// in the order in which ties are decided; `serving` is the plan whose plugins
/// keep their bases.
pub fn arrange(wanted: &[Wanted], serving: &Plan, barred: &Barred) -> Arrangement {
    let table = Table::new(wanted, serving, barred);
    let running = improve(&table, give_way(&table));
    let fit = table.fit(&running, |i, base| table.serves(i, base));
    Arrangement { plan: plan(&table, &running, &fit), outcomes: outcomes(&table, &running, &fit, barred) }
}

/// Begins with the newest versions and lets those that do not fit try their next
/// ones, until nobody who does not fit has another.
fn give_way(table: &Table<'_>) -> Running {
    let mut tried: Running = table.newest();
    loop {
        let rejected = table.fit(&tried, |i, base| table.serves(i, base)).rejected;
        let back = fall_back(table, &tried, &rejected);
        if back.is_empty() {
            rejected.keys().for_each(|&i| tried[i] = None);
            return tried;
        }
        back.into_iter().for_each(|i| tried[i] = tried[i].map(|rank| rank + 1));
    }
}

/// Those of the rejected that fall back now. Whoever requires one that may still
/// fall back waits for it, because it may fit then; and what serves already is
/// innocent as long as something newer is rejected too.
fn fall_back(table: &Table<'_>, tried: &Running, rejected: &Rejected) -> Vec<usize> {
    let able: Vec<usize> = rejected.keys().copied().filter(|&i| table.has_next(i, tried[i])).collect();
    let waits = |i: usize| table.lacks(tried, rejected, i).iter().any(|other| able.contains(other));
    let first = sooner(&able, |i| !waits(i));
    sooner(&first, |i| !table.is_serving(i, tried[i]))
}

/// Those that pass, or all if none does.
fn sooner(all: &[usize], passes: impl Fn(usize) -> bool) -> Vec<usize> {
    let some: Vec<usize> = all.iter().copied().filter(|&i| passes(i)).collect();
    if some.is_empty() { all.to_vec() } else { some }
}

/// Takes back what proved needless: a base may have been freed, or both sides of
/// a conflict may have given way.
fn improve(table: &Table<'_>, mut running: Running) -> Running {
    loop {
        let better =
            table.better(&running).into_iter().find(|&(i, rank)| table.obstacle(&running, i, rank).is_none());
        let Some((i, rank)) = better else { return running };
        running[i] = Some(rank);
    }
}

fn plan(table: &Table<'_>, running: &Running, fit: &Fit) -> Plan {
    let chosen = fit.order.iter().filter_map(|&i| Some((i, table.candidate(i, running[i])?)));
    let versions: BTreeMap<&PluginName, &Version> =
        chosen.clone().map(|(_, one)| (one.name(), &one.contents.manifest.version)).collect();
    let fits =
        |wanted: &Dependency| versions.get(&wanted.name).is_some_and(|there| wanted.version.holds(there));
    let linked = |i: usize, wanted: &Dependency| {
        !fit.unlinked.get(&i).is_some_and(|unlinked| unlinked.contains(&wanted.name))
    };
    let plugins = chosen.map(|(i, one)| one.planned(|wanted| fits(wanted) && linked(i, wanted)));
    Plan { format: FORMAT, plugins: plugins.collect(), keys: Vec::new() }
}

fn outcomes(table: &Table<'_>, running: &Running, fit: &Fit, barred: &Barred) -> Vec<Outcome> {
    let cycles = cycles(table, running);
    let obstacle = |i: usize| cycles.get(&i).cloned().or_else(|| table.obstacle(running, i, 0));
    let outcome = |(i, wanted): (usize, &Wanted)| {
        let barred = || wanted.versions.first().and_then(|newest| barred.get(&newest.id()).cloned());
        let problem = if wanted.disabled {
            Some(Problem::new(Reason::Disabled, "it is turned off: set `enabled: true` to run it"))
        } else {
            wanted.problem.clone().or_else(barred).or_else(|| match running[i] {
                Some(0) => None,
                _ => obstacle(i).or_else(|| Some(nothing_to_run())),
            })
        };
        let unlinked = fit.unlinked.get(&i).cloned().unwrap_or_default();
        Outcome { runs: table.candidate(i, running[i]).cloned(), problem, unlinked }
    };
    table.wanted().iter().enumerate().map(outcome).collect()
}

/// Cycles among the newest versions of those that do not run, which only show
/// when all of them are seen together.
fn cycles(table: &Table<'_>, running: &Running) -> Rejected {
    let all: Running = running.iter().zip(table.newest()).map(|(rank, newest)| rank.or(newest)).collect();
    let mut rejected = table.fit(&all, |i, _| running[i].is_some()).rejected;
    rejected.retain(|_, problem| problem.reason == Reason::DependencyCycle);
    rejected
}

fn nothing_to_run() -> Problem {
    Problem::new(Reason::PackageInvalid, "there is no package of it: add the plugin's folder again")
}
