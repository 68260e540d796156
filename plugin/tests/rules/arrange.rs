//! What every arrangement keeps to, for made-up plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use davit_plugin::grant::Consent;
use davit_plugin::plan::{Arrangement, Barred, Candidate, Plan, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{PluginName, VariableName, VersionRange};
use proptest::prelude::*;

use crate::common::{candidate, name};

const COUNT: usize = 6;

/// A situation that may arise.
#[derive(Debug, Clone)]
struct Situation {
    wanted: Vec<Wanted>,
    serving: Plan,
    barred: Barred,
}

/// By the other plugin's number: the range, and whether it is optional.
type Dependencies = BTreeMap<usize, (&'static str, bool)>;

/// What a plugin is granted: variables of the runtime, a value of its own for one
/// of them, authentication, and links.
type Powers = (BTreeSet<&'static str>, Option<u8>, bool, Option<BTreeSet<usize>>);

fn powers() -> impl Strategy<Value = Powers> {
    let permitted = prop::collection::btree_set(prop::sample::select(vec!["A", "B"]), 0..2);
    let consent = prop::collection::btree_set(0..=COUNT, 0..4);
    let granted = (permitted, prop::option::weighted(0.2, 0..2_u8), prop::bool::weighted(0.2), consent);
    let granted = granted.prop_map(|(permitted, value, authenticate, consent)| {
        (permitted, value, authenticate, Some(consent))
    });
    prop_oneof![Just(Powers::default()), granted]
}

fn variable(name: &str) -> VariableName {
    name.parse().unwrap()
}

fn granted(candidate: Candidate, (permitted, value, authenticate, consent): &Powers) -> Candidate {
    let mut contents = (*candidate.contents).clone();
    contents.manifest.permissions.env = permitted.iter().map(|name| variable(name)).collect();
    contents.manifest.permissions.authenticate = *authenticate;
    contents.env = value.iter().map(|value| (variable("A"), value.to_string())).collect();
    let to = |names: &BTreeSet<usize>| Consent::To(names.iter().map(|i| name(&format!("p{i}"))).collect());
    contents.consent = consent.as_ref().map_or(Consent::All, to);
    Candidate { contents: Arc::new(contents), ..candidate }
}

fn candidates(i: usize) -> impl Strategy<Value = Vec<Candidate>> {
    let range = prop::sample::select(vec!["*", "*", "^1", "^2"]);
    let dependencies = prop::collection::btree_map(0..=COUNT, (range, prop::bool::weighted(0.3)), 0..3);
    let version = (0..2 * COUNT, dependencies);
    (prop::collection::vec(version, 0..4), powers()).prop_map(move |(versions, powers)| {
        let count = versions.len();
        let one = |(age, (base, dependencies)): (usize, (usize, Dependencies))| {
            let mut yaml = format!("name: p{i}\nversion: {}.0.0\n", count - age);
            if base < 4 {
                writeln!(yaml, "base: /b{base}").unwrap();
            }
            for (key, of) in [("dependencies", false), ("optionalDependencies", true)] {
                let entries = dependencies.iter().filter(|(_, (_, optional))| *optional == of);
                let list: Vec<String> = entries
                    .map(|(to, (range, _))| format!("{{name: p{to}, version: \"{range}\"}}"))
                    .collect();
                writeln!(yaml, "{key}: [{}]", list.join(", ")).unwrap();
            }
            granted(candidate(&yaml), &powers)
        };
        versions.into_iter().enumerate().map(one).collect()
    })
}

fn wanted() -> impl Strategy<Value = Vec<Wanted>> {
    let one = |i: usize| {
        (candidates(i), prop::bool::weighted(0.1), prop::bool::weighted(0.1)).prop_map(
            move |(versions, disabled, broken)| {
                let problem = broken.then(|| Problem::new(Reason::ManifestInvalid, "broken"));
                Wanted { name: name(&format!("p{i}")), versions, disabled, problem }
            },
        )
    };
    (0..COUNT).map(one).collect::<Vec<_>>()
}

fn situations() -> impl Strategy<Value = Situation> {
    (wanted(), prop::collection::vec(any::<u8>(), 4 * COUNT)).prop_map(|(wanted, dice)| {
        let candidates = || wanted.iter().flat_map(|one| &one.versions);
        let of = |chance: u8, dice: &[u8]| -> Barred {
            let thrown = candidates().zip(dice).filter(|(_, die)| **die < chance);
            thrown.map(|(one, _)| (one.id(), Problem::new(Reason::LoadFailed, "barred"))).collect()
        };
        let reversed: Vec<u8> = dice.iter().rev().copied().collect();
        let serving = arrange(&wanted, &Plan::empty(), &of(120, &reversed)).plan;
        let barred = of(40, &dice);
        Situation { wanted, serving, barred }
    })
}

fn running(arrangement: &Arrangement) -> Vec<&Candidate> {
    arrangement.outcomes.iter().filter_map(|outcome| outcome.runs.as_ref()).collect()
}

/// What a plugin may read, and from where, and whether it may authenticate.
fn own(one: &Candidate) -> BTreeSet<(String, String)> {
    let contents = &one.contents;
    let permissions = &contents.manifest.permissions;
    let runtimes = permissions.env.iter().filter(|name| !contents.env.contains_key(*name));
    let runtimes = runtimes.map(|name| (name.to_string(), "the runtime's".to_owned()));
    let values = contents.env.iter().map(|(name, value)| (name.to_string(), format!("= {value}")));
    let authenticate = permissions.authenticate.then(|| ("authenticate".to_owned(), String::new()));
    runtimes.chain(values).chain(authenticate).collect()
}

fn union(all: &[&Candidate], members: &BTreeSet<usize>) -> BTreeSet<(String, String)> {
    members.iter().flat_map(|&at| own(all[at])).collect()
}

/// The edges among these, and whether they are required and consented to.
fn links(all: &[&Candidate]) -> Vec<(usize, usize, bool, bool)> {
    let of_one = |(from, one): (usize, &&Candidate)| {
        let contents = one.contents.clone();
        let edge = |wanted: &davit_plugin::manifest::Dependency| {
            let holds = |there: &&Candidate| {
                *there.name() == wanted.name && wanted.version.holds(&there.contents.manifest.version)
            };
            let to = all.iter().position(holds).filter(|to| *to != from)?;
            Some((from, to, !wanted.optional, contents.consent.covers(&wanted.name)))
        };
        contents.manifest.dependencies.iter().filter_map(edge).collect::<Vec<_>>()
    };
    all.iter().enumerate().flat_map(of_one).collect()
}

/// All that hang together with `start`.
fn reach(start: usize, links: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([start]);
    loop {
        let before = reached.len();
        for (a, b) in links {
            if reached.contains(a) || reached.contains(b) {
                reached.extend([*a, *b]);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// Whether these may share processes: no variable has two values, and nobody gains
/// anything by a required link that no administrator wants.
fn may_share(all: &[&Candidate]) -> bool {
    let links = links(all);
    let consented: Vec<_> = links.iter().filter(|link| link.3).map(|&(from, to, ..)| (from, to)).collect();
    let powers = |at: usize| union(all, &reach(at, &consented));
    let one_value = |at: usize| {
        let powers = powers(at);
        powers.len() == powers.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len()
    };
    let nothing_gained =
        |&(from, to, required, _): &(usize, usize, bool, bool)| !required || powers(from) == powers(to);
    (0..all.len()).all(one_value) && links.iter().all(nothing_gained)
}

/// Whether these can run beside each other: no base twice, one can be added after
/// the other so that each finds what it requires, and they may share processes.
fn consistent(all: &[&Candidate]) -> bool {
    let bases: Vec<_> = all.iter().filter_map(|one| one.contents.manifest.base.as_ref()).collect();
    let mut started: Vec<&Candidate> = Vec::new();
    while let Some(next) = all.iter().find(|one| {
        let mut required = one.contents.manifest.dependencies.iter().filter(|wanted| !wanted.optional);
        let met = |there: &&Candidate, wanted: &davit_plugin::manifest::Dependency| {
            *there.name() == wanted.name && wanted.version.holds(&there.contents.manifest.version)
        };
        !started.iter().any(|there| there.name() == one.name())
            && required.all(|wanted| started.iter().any(|there| met(there, wanted)))
    }) {
        started.push(next);
    }
    let no_base_twice = bases.iter().collect::<BTreeSet<_>>().len() == bases.len();
    started.len() == all.len() && no_base_twice && may_share(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_plan_keeps_every_rule(Situation { wanted, serving, barred } in situations()) {
        let arrangement = arrange(&wanted, &serving, &barred);
        prop_assert!(consistent(&running(&arrangement)));
        prop_assert_eq!(arrangement.outcomes.len(), wanted.len());
        for (one, outcome) in wanted.iter().zip(&arrangement.outcomes) {
            let planned = arrangement.plan.plugin(&one.name);
            prop_assert_eq!(planned.map(|planned| planned.digest), outcome.runs.as_ref().map(|runs| runs.digest));
            if let Some(runs) = &outcome.runs {
                prop_assert!(!one.disabled && one.versions.contains(runs) && !barred.contains_key(&runs.id()));
            }
        }
        prop_assert_eq!(arrangement.plan.plugins.len(), running(&arrangement).len());
    }

    #[test]
    fn each_plugin_stands_behind_what_it_requires(Situation { wanted, serving, barred } in situations()) {
        let plan = arrange(&wanted, &serving, &barred).plan;
        for (i, plugin) in plan.plugins.iter().enumerate() {
            for link in &plugin.dependencies {
                let place = plan.plugins.iter().position(|other| other.name == link.name);
                prop_assert!(place.is_some_and(|place| place != i && (place < i || !link.required)));
            }
        }
    }

    #[test]
    fn no_group_gives_a_plugin_what_it_was_not_granted_or_consented_to(Situation { wanted, serving, barred } in situations()) {
        let arrangement = arrange(&wanted, &serving, &barred);
        let plan = &arrangement.plan;
        let chosen = |name: &PluginName| running(&arrangement).into_iter().find(|one| one.name() == name).unwrap();
        let all: Vec<&Candidate> = plan.plugins.iter().map(|plugin| chosen(&plugin.name)).collect();
        let place = |name: &PluginName| plan.plugins.iter().position(|plugin| plugin.name == *name).unwrap();
        let consented: Vec<(usize, usize)> = plan.plugins.iter().enumerate().flat_map(|(from, plugin)| {
            let names = plugin.dependencies.iter().map(|link| &link.name);
            names.filter(|name| all[from].contents.consent.covers(name)).map(|name| (from, place(name))).collect::<Vec<_>>()
        }).collect();
        for group in plan.groups() {
            let whole = union(&all, &group.plugins.iter().copied().collect());
            for &member in &group.plugins {
                prop_assert_eq!(&union(&all, &reach(member, &consented)), &whole);
            }
        }
    }

    #[test]
    fn nobody_could_join_or_run_a_newer_version(Situation { wanted, serving, barred } in situations()) {
        let arrangement = arrange(&wanted, &serving, &barred);
        for (one, outcome) in wanted.iter().zip(&arrangement.outcomes).filter(|(one, _)| !one.disabled) {
            let others = running(&arrangement).into_iter().filter(|there| *there.name() != one.name);
            let others: Vec<&Candidate> = others.collect();
            let better = one.versions.iter().take_while(|version| Some(*version) != outcome.runs.as_ref());
            for version in better.filter(|version| !barred.contains_key(&version.id())) {
                let with: Vec<&Candidate> = others.iter().copied().chain([version]).collect();
                prop_assert!(!consistent(&with), "{} could run {}", one.name, version.contents.manifest.version);
            }
        }
    }

    #[test]
    fn whoever_does_not_run_the_newest_is_told_why(Situation { wanted, serving, barred } in situations()) {
        for (one, outcome) in wanted.iter().zip(arrange(&wanted, &serving, &barred).outcomes) {
            let newest = outcome.runs.is_some() && outcome.runs.as_ref() == one.versions.first() && one.problem.is_none();
            prop_assert_eq!(outcome.problem.is_none(), newest, "{}", one.name);
        }
    }

    #[test]
    fn who_serves_a_base_loses_it_to_nobody(Situation { wanted, serving, barred } in situations()) {
        let arrangement = arrange(&wanted, &serving, &barred);
        let idle = wanted.iter().zip(&arrangement.outcomes).filter(|(one, outcome)| !one.disabled && outcome.runs.is_none());
        for (one, _) in idle {
            let Some(base) = serving.plugin(&one.name).and_then(|plugin| plugin.base.as_ref()) else { continue };
            let others: Vec<&Candidate> = running(&arrangement)
                .into_iter()
                .filter(|there| there.contents.manifest.base.as_ref() != Some(base))
                .collect();
            let its_own = one.versions.iter().filter(|version| {
                version.contents.manifest.base.as_ref() == Some(base) && !barred.contains_key(&version.id())
            });
            for version in its_own {
                let with: Vec<&Candidate> = others.iter().copied().chain([version]).collect();
                prop_assert!(!consistent(&with), "{} could keep {base}", one.name);
            }
        }
    }

    #[test]
    fn arranging_again_and_again_settles(Situation { wanted, mut serving, barred } in situations()) {
        for _ in 0..3 {
            serving = arrange(&wanted, &serving, &barred).plan;
        }
        prop_assert_eq!(&arrange(&wanted, &serving, &barred).plan, &serving);
    }

    #[test]
    fn a_plugin_that_asks_for_no_base_no_version_and_no_link_changes_nothing_for_others(
        Situation { wanted, serving, barred } in situations(),
        newcomer in candidates(COUNT + 1),
        first in any::<bool>(),
    ) {
        let before = arrange(&wanted, &serving, &barred);
        let modest = |one: &Candidate| {
            let manifest = &one.contents.manifest;
            let consent = manifest.dependencies.iter().any(|wanted| one.contents.consent.covers(&wanted.name));
            !consent && manifest.base.is_none() && manifest.dependencies.iter().all(|wanted| wanted.version == VersionRange::any())
        };
        let versions = newcomer.into_iter().filter(modest).collect();
        let newcomer = Wanted { name: name("p7"), versions, disabled: false, problem: None };
        let mut more = wanted.clone();
        more.insert(if first { 0 } else { wanted.len() }, newcomer);
        let mut after = arrange(&more, &serving, &barred);
        after.outcomes.remove(if first { 0 } else { wanted.len() });
        prop_assert_eq!(before.outcomes, after.outcomes);
    }
}
