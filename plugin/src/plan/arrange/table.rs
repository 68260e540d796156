//! All versions that may be tried.

use std::collections::BTreeSet;

use super::super::{Candidate, CandidateId, Plan};
use super::fit::{self, Fit, Rejected};
use super::{Barred, Wanted};
use crate::Base;
use crate::reason::{Problem, Reason};

/// For each wanted plugin the rank of the version that runs: 0 is the newest of
/// those that may.
pub(super) type Running = Vec<Option<usize>>;

/// The wanted plugins with the versions that may run.
pub(super) struct Table<'a> {
    wanted: &'a [Wanted],
    serving: &'a Plan,
    allowed: Vec<Vec<&'a Candidate>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(wanted: &'a [Wanted], serving: &'a Plan, barred: &Barred) -> Self {
        let may_run = |wanted: &Wanted, candidate: &Candidate| {
            !wanted.disabled && !barred.contains_key(&candidate.id())
        };
        let allowed =
            wanted.iter().map(|plugin| plugin.versions.iter().filter(|one| may_run(plugin, one)).collect());
        Self { wanted, serving, allowed: allowed.collect() }
    }

    pub(super) fn wanted(&self) -> &'a [Wanted] {
        self.wanted
    }

    /// Each plugin at its newest version that may run.
    pub(super) fn newest(&self) -> Running {
        self.allowed.iter().map(|versions| (!versions.is_empty()).then_some(0)).collect()
    }

    pub(super) fn candidate(&self, i: usize, rank: Option<usize>) -> Option<&'a Candidate> {
        rank.and_then(|rank| self.allowed[i].get(rank).copied())
    }

    pub(super) fn has_next(&self, i: usize, rank: Option<usize>) -> bool {
        rank.is_some_and(|rank| rank + 1 < self.allowed[i].len())
    }

    /// Whether the plugin serves this base already.
    pub(super) fn serves(&self, i: usize, base: &Base) -> bool {
        let plugin = self.serving.plugin(&self.wanted[i].name);
        plugin.is_some_and(|plugin| plugin.base.as_ref() == Some(base))
    }

    /// Whether this version of the plugin is what serves.
    pub(super) fn is_serving(&self, i: usize, rank: Option<usize>) -> bool {
        let serving = self.serving.plugin(&self.wanted[i].name).map(CandidateId::of);
        serving.is_some() && serving == self.candidate(i, rank).map(Candidate::id)
    }

    /// Which of these versions fit together; `holds` tells who keeps a base.
    pub(super) fn fit(&self, running: &Running, holds: impl Fn(usize, &Base) -> bool) -> Fit {
        let picks: Vec<Option<&Candidate>> =
            (0..running.len()).map(|i| self.candidate(i, running[i])).collect();
        fit::fit(self.wanted, &picks, holds)
    }

    /// The other rejected plugins that `i` requires, directly or not.
    pub(super) fn lacks(&self, running: &Running, rejected: &Rejected, i: usize) -> BTreeSet<usize> {
        let required = |at: usize| {
            let dependencies = self.candidate(at, running[at]).map(|one| &one.contents.manifest.dependencies);
            let required = dependencies.into_iter().flatten().filter(|dependency| !dependency.optional);
            required.filter_map(|wanted| self.wanted.iter().position(|other| other.name == wanted.name))
        };
        let (mut found, mut open) = (BTreeSet::new(), vec![i]);
        while let Some(at) = open.pop() {
            open.extend(
                required(at)
                    .filter(|&other| other != i && rejected.contains_key(&other) && found.insert(other)),
            );
        }
        found
    }

    /// Why plugin `i` cannot run its version `rank` beside those that run.
    pub(super) fn obstacle(&self, running: &Running, i: usize, rank: usize) -> Option<Problem> {
        let mut with = running.clone();
        with[i] = Some(rank);
        let mut rejected = self.fit(&with, |other, _| other != i).rejected;
        let own = rejected.remove(&i);
        // What it requires runs without it, so that is not what is wrong.
        let cause = || self.lacks(&with, &rejected, i).is_empty();
        let own = own.filter(|own| own.reason != Reason::DependencyNotReady || cause());
        own.or_else(|| rejected.pop_first().map(|(other, problem)| self.breaks(other, &problem)))
    }

    fn breaks(&self, other: usize, problem: &Problem) -> Problem {
        let message = format!("with it, {} could not run: {}", self.wanted[other].name, problem.message);
        Problem::new(problem.reason, message)
    }

    /// The versions that would be better than what runs, those first that would
    /// keep a base that they serve already.
    pub(super) fn better(&self, running: &Running) -> Vec<(usize, usize)> {
        let better = |i: usize| 0..running[i].unwrap_or(self.allowed[i].len());
        let mut all: Vec<(usize, usize)> =
            (0..running.len()).flat_map(|i| better(i).map(move |rank| (i, rank))).collect();
        let keeps = |i: usize, rank: usize| {
            self.allowed[i][rank].contents.manifest.base.as_ref().is_some_and(|base| self.serves(i, base))
        };
        all.sort_by_key(|&(i, rank)| (!keeps(i, rank), i, rank));
        all
    }
}
