//! In: the versions that run. Out: who may not share a process with whom. Linked
//! plugins run in one, so the variables and permissions of each are all of theirs
//! (interfaces §3, "Groups").

use std::collections::{BTreeMap, BTreeSet};

use super::super::Candidate;
use super::fit::Rejected;
use crate::graph;
use crate::reason::{Problem, Reason};
use crate::{PluginName, VariableName};

/// More variables than this are only counted in a message.
const MOST_NAMED: usize = 8;

/// What keeps plugins apart.
#[derive(Default)]
pub(super) struct Apart {
    /// Plugins that cannot run beside the others, by index.
    pub(super) rejected: Rejected,
    /// Plugins that a plugin could use but is not linked to, by its index.
    pub(super) unlinked: Unlinked,
}

/// By index, the plugins that one is not linked to for want of consent.
pub(super) type Unlinked = BTreeMap<usize, BTreeSet<PluginName>>;

/// A dependency between two plugins that run code.
struct Edge {
    from: usize,
    to: usize,
    optional: bool,
    /// Whether it is the administrator's word.
    consented: bool,
}

/// What one process may do and read.
#[derive(PartialEq, Eq, Default)]
struct Powers<'a> {
    variables: BTreeMap<&'a VariableName, Source<'a>>,
    authenticate: bool,
}

/// Where a variable's value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'a> {
    /// The runtime's own environment.
    Runtime,
    /// The plan.
    Plan(&'a str),
}

/// The plugins that the administrator links must agree on their variables; what
/// only a manifest links may not give anybody more than they have.
pub(super) fn keep_apart(picks: &[Option<&Candidate>], order: &[usize]) -> Apart {
    let runs: Vec<(usize, &Candidate)> = order
        .iter()
        .filter_map(|&i| Some((i, picks[i].filter(|one| one.contents.code.is_some())?)))
        .collect();
    let edges = edges(&runs);
    let wanted = edges.iter().filter(|edge| edge.consented).map(|edge| (edge.from, edge.to));
    let mut processes = graph::groups(runs.len(), wanted);
    let mut apart = Apart::default();
    for members in &mut processes {
        members.sort_by_key(|&at| runs[at].0);
        apart.rejected.extend(conflicts(&runs, members));
    }
    if apart.rejected.is_empty() {
        without_consent(&runs, &edges, &processes, &mut apart);
    }
    apart
}

/// The edges among those that run, in their places.
fn edges(runs: &[(usize, &Candidate)]) -> Vec<Edge> {
    let places: BTreeMap<&PluginName, usize> =
        runs.iter().enumerate().map(|(at, (_, candidate))| (candidate.name(), at)).collect();
    let of_one = |(from, (_, candidate)): (usize, &(usize, &Candidate))| {
        let contents = &candidate.contents;
        let edge = |wanted: &crate::manifest::Dependency| {
            let to = *places.get(&wanted.name).filter(|&&to| to != from)?;
            let fits = wanted.version.holds(&runs[to].1.contents.manifest.version);
            let consented = contents.consent.covers(&wanted.name);
            fits.then_some(Edge { from, to, optional: wanted.optional, consented })
        };
        contents.manifest.dependencies.iter().filter_map(edge).collect::<Vec<_>>()
    };
    runs.iter().enumerate().flat_map(of_one).collect()
}

fn sources(candidate: &Candidate) -> BTreeMap<&VariableName, Source<'_>> {
    let contents = &candidate.contents;
    let runtimes = contents.manifest.permissions.env.iter().map(|name| (name, Source::Runtime));
    runtimes.chain(contents.env.iter().map(|(name, value)| (name, Source::Plan(value)))).collect()
}

/// Of two that give one variable different values the later one has to go.
fn conflicts(runs: &[(usize, &Candidate)], members: &[usize]) -> Rejected {
    let (mut known, mut rejected) =
        (BTreeMap::<&VariableName, (Source<'_>, &PluginName)>::new(), Rejected::new());
    for &(i, candidate) in members.iter().map(|&at| &runs[at]) {
        let own = sources(candidate);
        let differs = |(name, source): (&&VariableName, &Source<'_>)| {
            let (other, owner) = known.get(*name)?;
            (other != source).then(|| conflict(owner, name))
        };
        match own.iter().find_map(differs) {
            Some(problem) => drop(rejected.insert(i, problem)),
            None => known.extend(own.into_iter().map(|(name, source)| (name, (source, candidate.name())))),
        }
    }
    rejected
}

fn conflict(owner: &PluginName, variable: &VariableName) -> Problem {
    let message = format!(
        "it shares a process with {owner}, and the two want different values of the variable {variable}: \
         give it one value, or do not link the two by dependencies"
    );
    Problem::new(Reason::EnvConflict, message)
}

/// Whoever requires, by its manifest alone, what would give somebody more has to
/// go; whoever could only use it does without.
fn without_consent(
    runs: &[(usize, &Candidate)],
    edges: &[Edge],
    processes: &[Vec<usize>],
    apart: &mut Apart,
) {
    let place = |at: usize| processes.iter().position(|members| members.contains(&at));
    let powers: Vec<Powers<'_>> = processes.iter().map(|members| powers(runs, members)).collect();
    for edge in edges.iter().filter(|edge| !edge.consented) {
        let (Some(from), Some(to)) = (place(edge.from), place(edge.to)) else { continue };
        if powers[from] == powers[to] {
            continue;
        }
        let ((i, one), (_, other)) = (runs[edge.from], runs[edge.to]);
        if edge.optional {
            apart.unlinked.entry(i).or_default().insert(other.name().clone());
        } else {
            let gains = [(one, &powers[to], &powers[from]), (other, &powers[from], &powers[to])];
            let gains: Vec<String> =
                gains.into_iter().filter_map(|(who, of, has)| gain(who, of, has)).collect();
            apart.rejected.entry(i).or_insert_with(|| needs_consent(other.name(), &gains.join(", and ")));
        }
    }
}

fn powers<'a>(runs: &[(usize, &'a Candidate)], members: &[usize]) -> Powers<'a> {
    let candidates = members.iter().map(|&at| runs[at].1);
    Powers {
        variables: candidates.clone().flat_map(sources).collect(),
        authenticate: candidates.clone().any(|one| one.contents.manifest.permissions.authenticate),
    }
}

/// `hello would gain env KEY, authenticate`.
fn gain(who: &Candidate, of: &Powers<'_>, has: &Powers<'_>) -> Option<String> {
    let new = of.variables.iter().filter(|(name, source)| has.variables.get(*name) != Some(source));
    let mut new: Vec<String> = new.map(|(name, _)| format!("env {name}")).collect();
    let more = new.len().saturating_sub(MOST_NAMED);
    new.truncate(MOST_NAMED);
    new.extend((more > 0).then(|| format!("{more} more variables")));
    new.extend((of.authenticate && !has.authenticate).then(|| "authenticate".to_owned()));
    (!new.is_empty()).then(|| format!("{} would gain {}", who.name(), new.join(", ")))
}

fn needs_consent(other: &PluginName, gains: &str) -> Problem {
    let message = format!(
        "its manifest alone links it to {other}, and in one process {gains}: \
         name {other} in `spec.dependencies` to allow that"
    );
    Problem::new(Reason::GroupNeedsConsent, message)
}
