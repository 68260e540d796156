//! In: for each plugin the versions that could run, best first. Out: the plan of
//! the best ones that fit together, and why others do not run. A fixpoint over
//! the versions that really run, for bases and ranges alike.

use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, CandidateId, FORMAT, Plan};
use crate::graph::{self, Absent, Node};
use crate::reason::{Problem, Reason};
use crate::{Base, PluginName};

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
}

/// A plan, and what became of each wanted plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrangement {
    /// What shall run.
    pub plan: Plan,
    /// In the order of the wanted plugins.
    pub outcomes: Vec<Outcome>,
}

/// Chooses the versions that fit together. `wanted` has each name once, in the
/// order in which ties are decided; `serving` is the plan whose plugins keep
/// their bases.
pub fn arrange(wanted: &[Wanted], serving: &Plan, barred: &Barred) -> Arrangement {
    let mut choices: Vec<Choice<'_>> = wanted.iter().map(|wanted| Choice::first(wanted, barred)).collect();
    loop {
        let (order, rejected) = fit(&choices, serving);
        if !give_way(&mut choices, &rejected, barred) {
            return conclude(choices, &order, &rejected);
        }
    }
}

/// The version of one plugin that is being tried.
struct Choice<'a> {
    wanted: &'a Wanted,
    version: usize,
    problem: Option<Problem>,
}

impl<'a> Choice<'a> {
    fn first(wanted: &'a Wanted, barred: &Barred) -> Self {
        let mut choice = Self { wanted, version: 0, problem: wanted.problem.clone() };
        choice.skip_barred(barred);
        choice
    }

    fn candidate(&self) -> Option<&'a Candidate> {
        if self.wanted.disabled { None } else { self.wanted.versions.get(self.version) }
    }

    fn has_another(&self, barred: &Barred) -> bool {
        let others = self.wanted.versions.iter().skip(self.version + 1);
        others.into_iter().any(|other| !barred.contains_key(&other.id()))
    }

    fn next(&mut self, problem: &Problem, barred: &Barred) {
        self.problem.get_or_insert_with(|| problem.clone());
        self.version += 1;
        self.skip_barred(barred);
    }

    fn skip_barred(&mut self, barred: &Barred) {
        let why = |candidate: &Candidate| barred.get(&candidate.id());
        while let Some(problem) = self.candidate().and_then(why) {
            self.problem.get_or_insert_with(|| problem.clone());
            self.version += 1;
        }
    }
}

type Rejected = BTreeMap<usize, Problem>;

/// The start order of the choices that fit together, and why the others do not.
fn fit(choices: &[Choice<'_>], serving: &Plan) -> (Vec<usize>, Rejected) {
    let mut rejected = taken_bases(choices, serving);
    let runs: Vec<usize> = (0..choices.len())
        .filter(|i| !rejected.contains_key(i) && choices[*i].candidate().is_some())
        .collect();
    let nodes: Vec<Node<'_>> = runs.iter().filter_map(|&i| choices[i].candidate()).map(node).collect();
    let resolved = graph::resolve(&nodes, &absent(choices, &rejected));
    rejected.extend(resolved.dropped.into_iter().map(|(at, problem)| (runs[at], problem)));
    (resolved.order.into_iter().map(|at| runs[at]).collect(), rejected)
}

fn node(candidate: &Candidate) -> Node<'_> {
    let manifest = &candidate.contents.manifest;
    Node { name: &manifest.name, version: &manifest.version, dependencies: &manifest.dependencies }
}

fn absent(choices: &[Choice<'_>], rejected: &Rejected) -> Absent {
    let names = |is: &dyn Fn(usize, &Choice<'_>) -> bool| -> BTreeSet<PluginName> {
        let chosen = choices.iter().enumerate().filter(|(i, choice)| is(*i, choice));
        chosen.map(|(_, choice)| choice.wanted.name.clone()).collect()
    };
    Absent {
        disabled: names(&|_, choice| choice.wanted.disabled),
        broken: names(&|i, choice| {
            !choice.wanted.disabled && (choice.candidate().is_none() || rejected.contains_key(&i))
        }),
    }
}

/// Who serves a base keeps it; else the first in order has it.
fn taken_bases(choices: &[Choice<'_>], serving: &Plan) -> Rejected {
    let incumbent = |i: usize, base: &Base| {
        let plugin = serving.plugin(&choices[i].wanted.name);
        plugin.is_some_and(|plugin| plugin.base.as_ref() == Some(base))
    };
    let mut claims = BTreeMap::<&Base, Vec<usize>>::new();
    for (i, choice) in choices.iter().enumerate() {
        if let Some(base) = choice.candidate().and_then(|candidate| candidate.contents.manifest.base.as_ref())
        {
            claims.entry(base).or_default().push(i);
        }
    }
    let mut rejected = Rejected::new();
    for (base, mut claimants) in claims {
        claimants.sort_by_key(|&i| (!incumbent(i, base), i));
        let owner = &choices[claimants[0]].wanted.name;
        for &loser in &claimants[1..] {
            let message =
                format!("the base {base} is taken by {owner}: choose another base for one of the two");
            rejected.insert(loser, Problem::new(Reason::BaseTaken, message));
        }
    }
    rejected
}

/// Lets rejected choices try their next version: first those at fault, and only
/// if none of them can, those that merely wait for another. Whether one did.
fn give_way(choices: &mut [Choice<'_>], rejected: &Rejected, barred: &Barred) -> bool {
    let waits = |problem: &Problem| problem.reason == Reason::DependencyNotReady;
    for only_waiting in [false, true] {
        let able: Vec<(usize, &Problem)> = rejected
            .iter()
            .filter(|(i, problem)| waits(problem) == only_waiting && choices[**i].has_another(barred))
            .map(|(&i, problem)| (i, problem))
            .collect();
        if !able.is_empty() {
            able.into_iter().for_each(|(i, problem)| choices[i].next(problem, barred));
            return true;
        }
    }
    false
}

fn conclude(choices: Vec<Choice<'_>>, order: &[usize], rejected: &Rejected) -> Arrangement {
    let running: BTreeSet<&PluginName> = order.iter().map(|&i| &choices[i].wanted.name).collect();
    let planned =
        |&i: &usize| choices[i].candidate().map(|candidate| candidate.planned(|name| running.contains(name)));
    let plugins = order.iter().filter_map(planned).collect();
    let plan = Plan { format: FORMAT, plugins };
    let outcome = |(i, choice): (usize, Choice<'_>)| {
        let runs = choice.candidate().filter(|_| !rejected.contains_key(&i)).cloned();
        let turned_off = || Problem::new(Reason::Disabled, "it is turned off: set `enabled: true` to run it");
        let problem = if choice.wanted.disabled {
            Some(turned_off())
        } else {
            choice.problem.or_else(|| rejected.get(&i).cloned())
        };
        Outcome { runs, problem }
    };
    Arrangement { plan, outcomes: choices.into_iter().enumerate().map(outcome).collect() }
}
