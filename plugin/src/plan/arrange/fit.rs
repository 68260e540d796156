//! In: one version of each plugin, or none. Out: those that fit together, in
//! start order, and why the others do not.

use std::collections::BTreeMap;

use super::super::Candidate;
use super::Wanted;
use super::share::{Apart, Unlinked, keep_apart};
use crate::Base;
use crate::graph::{self, Absent, Node, Resolved};
use crate::reason::{Problem, Reason};

/// Plugins that do not fit, by index, with the reason.
pub(super) type Rejected = BTreeMap<usize, Problem>;

/// The versions that fit together.
pub(super) struct Fit {
    /// Indices of the plugins that run, in start order.
    pub(super) order: Vec<usize>,
    pub(super) rejected: Rejected,
    /// Links that are left out, though both ends run.
    pub(super) unlinked: Unlinked,
}

/// Only a plugin that can run takes a base: the graph first, then the bases, then
/// who may share a process, and again, because whoever has to go is missing to
/// others. One that loses its base keeps nobody from sharing a process.
pub(super) fn fit(
    wanted: &[Wanted],
    picks: &[Option<&Candidate>],
    holds: impl Fn(usize, &Base) -> bool,
) -> Fit {
    let mut rejected = Rejected::new();
    loop {
        let Resolved { order, dropped } = resolve(wanted, picks, &rejected);
        let (losers, unlinked) = match losers(picks, &order, &holds) {
            none if none.is_empty() => {
                let Apart { rejected, unlinked } = keep_apart(picks, &order);
                (rejected, unlinked)
            }
            losers => (losers, Unlinked::new()),
        };
        if losers.is_empty() {
            rejected.extend(dropped);
            return Fit { order, rejected, unlinked };
        }
        rejected.extend(losers);
    }
}

/// The graph of the picks that are not rejected, in their own indices.
fn resolve(wanted: &[Wanted], picks: &[Option<&Candidate>], rejected: &Rejected) -> Resolved {
    let pick = |i: &usize| picks[*i].filter(|_| !rejected.contains_key(i));
    let (there, gone): (Vec<usize>, Vec<usize>) = (0..picks.len()).partition(|i| pick(i).is_some());
    let nodes: Vec<Node<'_>> = there.iter().filter_map(pick).map(node).collect();
    let (disabled, broken): (Vec<usize>, Vec<usize>) = gone.into_iter().partition(|&i| wanted[i].disabled);
    let names = |indices: Vec<usize>| indices.into_iter().map(|i| wanted[i].name.clone()).collect();
    let Resolved { order, dropped } =
        graph::resolve(&nodes, &Absent { disabled: names(disabled), broken: names(broken) });
    Resolved {
        order: order.into_iter().map(|at| there[at]).collect(),
        dropped: dropped.into_iter().map(|(at, problem)| (there[at], problem)).collect(),
    }
}

fn node(candidate: &Candidate) -> Node<'_> {
    let manifest = &candidate.contents.manifest;
    Node { name: &manifest.name, version: &manifest.version, dependencies: &manifest.dependencies }
}

/// Whoever holds a base keeps it; else the first in order has it.
fn losers(picks: &[Option<&Candidate>], order: &[usize], holds: &impl Fn(usize, &Base) -> bool) -> Rejected {
    let mut claims = BTreeMap::<&Base, Vec<(usize, &Candidate)>>::new();
    for (i, candidate) in order.iter().filter_map(|&i| Some((i, picks[i]?))) {
        if let Some(base) = &candidate.contents.manifest.base {
            claims.entry(base).or_default().push((i, candidate));
        }
    }
    let mut losers = Rejected::new();
    for (base, mut claimants) in claims {
        claimants.sort_by_key(|&(i, _)| (!holds(i, base), i));
        let owner = claimants[0].1.name();
        let message = format!("the base {base} is taken by {owner}: choose another base for one of the two");
        let lost = claimants[1..].iter().map(|&(i, _)| (i, Problem::new(Reason::BaseTaken, message.clone())));
        losers.extend(lost);
    }
    losers
}
