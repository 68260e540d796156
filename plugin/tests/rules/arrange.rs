//! What every arrangement keeps to, for made-up plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use davit_plugin::VersionRange;
use davit_plugin::plan::{Arrangement, Barred, Candidate, Plan, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};
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

fn candidates(i: usize) -> impl Strategy<Value = Vec<Candidate>> {
    let range = prop::sample::select(vec!["*", "*", "^1", "^2"]);
    let dependencies = prop::collection::btree_map(0..=COUNT, (range, prop::bool::weighted(0.3)), 0..3);
    let version = (0..2 * COUNT, dependencies);
    prop::collection::vec(version, 0..4).prop_map(move |versions| {
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
            candidate(&yaml)
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

/// Whether these can run beside each other: no base twice, and one can be added
/// after the other so that each finds what it requires.
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
    started.len() == all.len() && bases.iter().collect::<BTreeSet<_>>().len() == bases.len()
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
    fn a_plugin_that_asks_for_no_base_and_no_version_changes_nothing_for_others(
        Situation { wanted, serving, barred } in situations(),
        newcomer in candidates(COUNT + 1),
        first in any::<bool>(),
    ) {
        let before = arrange(&wanted, &serving, &barred);
        let modest = |one: &Candidate| {
            let manifest = &one.contents.manifest;
            manifest.base.is_none() && manifest.dependencies.iter().all(|wanted| wanted.version == VersionRange::any())
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
