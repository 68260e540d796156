//! The dependency graph against a naive reference.

use std::collections::BTreeSet;

use davit_plugin::graph::{Absent, Node, Resolved, groups, resolve};
use davit_plugin::manifest::Dependency;
use davit_plugin::{PluginName, Reason, Version};
use proptest::prelude::*;

use crate::common::name;

const DISABLED: usize = 8;
const BROKEN: usize = 9;
const MISSING: usize = 10;

/// One plugin of a made-up graph.
#[derive(Debug, Clone)]
struct Made {
    name: PluginName,
    version: Version,
    dependencies: Vec<Dependency>,
}

fn named(i: usize) -> PluginName {
    name(&format!("p{i}"))
}

fn graphs() -> impl Strategy<Value = Vec<Made>> {
    let range = prop::sample::select(vec!["*", "*", "^1", "^2"]);
    let dependency = (0..=MISSING, range, prop::bool::weighted(0.3));
    let plugin = (1..3_u8, prop::collection::btree_map(0..=MISSING, dependency, 0..3));
    prop::collection::vec(plugin, 0..DISABLED).prop_map(|plugins| {
        let made = |(i, (major, dependencies)): (usize, (u8, std::collections::BTreeMap<usize, _>))| {
            let dependencies =
                dependencies.into_iter().map(|(to, (_, range, optional)): (usize, (usize, &str, bool))| {
                    Dependency { name: named(to), version: range.parse().unwrap(), optional }
                });
            Made {
                name: named(i),
                version: format!("{major}.0.0").parse().unwrap(),
                dependencies: dependencies.collect(),
            }
        };
        plugins.into_iter().enumerate().map(made).collect()
    })
}

fn resolved(made: &[Made]) -> Resolved {
    let nodes: Vec<Node<'_>> = made
        .iter()
        .map(|one| Node { name: &one.name, version: &one.version, dependencies: &one.dependencies })
        .collect();
    let absent = Absent { disabled: [named(DISABLED)].into(), broken: [named(BROKEN)].into() };
    resolve(&nodes, &absent)
}

fn find<'a>(made: &'a [Made], wanted: &Dependency) -> Option<&'a Made> {
    made.iter().find(|one| one.name == wanted.name && wanted.version.holds(&one.version))
}

/// The least set that is closed: whoever's required dependencies are all in it.
fn can_run(made: &[Made]) -> BTreeSet<PluginName> {
    let mut runs = BTreeSet::new();
    loop {
        let next = made.iter().find(|one| {
            let mut required = one.dependencies.iter().filter(|dependency| !dependency.optional);
            !runs.contains(&one.name)
                && required.all(|wanted| find(made, wanted).is_some_and(|there| runs.contains(&there.name)))
        });
        let Some(next) = next else { return runs };
        runs.insert(next.name.clone());
    }
}

/// All that `from` depends on, directly or not, among those that run.
fn reaches(made: &[Made], runs: &BTreeSet<PluginName>, from: &Made) -> BTreeSet<PluginName> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        for there in at.dependencies.iter().filter_map(|wanted| find(made, wanted)) {
            if runs.contains(&there.name) && seen.insert(there.name.clone()) {
                open.push(there);
            }
        }
    }
    seen
}

proptest! {
    #[test]
    fn drops_exactly_those_that_cannot_run(made in graphs()) {
        let Resolved { order, dropped } = resolved(&made);
        let runs: BTreeSet<PluginName> = order.iter().map(|&i| made[i].name.clone()).collect();
        prop_assert_eq!(&runs, &can_run(&made));
        prop_assert_eq!(order.len(), runs.len());
        prop_assert!(dropped.keys().all(|&i| !runs.contains(&made[i].name)));
        prop_assert_eq!(order.len() + dropped.len(), made.len());
    }

    #[test]
    fn starts_each_plugin_behind_what_it_depends_on(made in graphs()) {
        let Resolved { order, .. } = resolved(&made);
        let runs = can_run(&made);
        let place = |one: &PluginName| order.iter().position(|&i| made[i].name == *one).unwrap();
        for one in order.iter().map(|&i| &made[i]) {
            for wanted in &one.dependencies {
                let Some(there) = find(&made, wanted).filter(|there| runs.contains(&there.name)) else { continue };
                let circle = reaches(&made, &runs, there).contains(&one.name);
                if !(wanted.optional && circle) {
                    prop_assert!(place(&there.name) < place(&one.name), "{} before {}", one.name, there.name);
                }
            }
        }
    }

    #[test]
    fn decides_the_same_whatever_the_order_of_the_plugins(made in graphs()) {
        let reversed: Vec<Made> = made.iter().rev().cloned().collect();
        prop_assert_eq!(resolved(&made), resolved(&made));
        let reason = |made: &[Made], resolved: Resolved| -> BTreeSet<(PluginName, Reason)> {
            resolved.dropped.into_iter().map(|(i, problem)| (made[i].name.clone(), problem.reason)).collect()
        };
        prop_assert_eq!(reason(&made, resolved(&made)), reason(&reversed, resolved(&reversed)));
    }

    #[test]
    fn spells_cycles_with_edges_that_are_there(made in graphs()) {
        for (i, problem) in resolved(&made).dropped {
            if problem.reason != Reason::DependencyCycle {
                continue;
            }
            let spelled = problem.message.split(": ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
            let way: Vec<PluginName> = spelled.split(" -> ").map(name).collect();
            prop_assert!(way.len() > 1 && way[0] == made[i].name && way[way.len() - 1] == made[i].name);
            for step in way.windows(2) {
                let from = made.iter().find(|one| one.name == step[0]).unwrap();
                let edge = from.dependencies.iter().find(|wanted| wanted.name == step[1] && !wanted.optional);
                prop_assert!(edge.is_some_and(|wanted| find(&made, wanted).is_some()), "{spelled}");
            }
        }
    }

    #[test]
    fn groups_are_the_connected_parts(count in 1..12_usize, links in prop::collection::vec((0..12_usize, 0..12_usize), 0..14)) {
        let links: Vec<(usize, usize)> = links.into_iter().map(|(a, b)| (a % count, b % count)).collect();
        let mut part: Vec<usize> = (0..count).collect();
        for _ in 0..count {
            for &(a, b) in &links {
                let least = part[a].min(part[b]);
                (part[a], part[b]) = (least, least);
            }
        }
        let naive: Vec<Vec<usize>> = (0..count)
            .map(|first| (0..count).filter(|&i| part[i] == first).collect::<Vec<_>>())
            .filter(|members| !members.is_empty())
            .collect();
        prop_assert_eq!(groups(count, links), naive);
    }
}

/// A dependency's name, its range and whether it is optional.
type Wanted<'a> = (&'a str, &'a str, bool);

fn made<const N: usize>(plugins: [(&str, &[Wanted<'_>]); N]) -> Vec<Made> {
    let dependency = |&(to, range, optional): &Wanted<'_>| Dependency {
        name: name(to),
        version: range.parse().unwrap(),
        optional,
    };
    let one = |(own, dependencies): (&str, &[Wanted<'_>])| Made {
        name: name(own),
        version: "1.0.0".parse().unwrap(),
        dependencies: dependencies.iter().map(dependency).collect(),
    };
    plugins.into_iter().map(one).collect()
}

#[test]
fn tells_each_lack_apart() {
    let made = made([
        ("a", &[("none", "*", false)]),
        ("b", &[("p8", "*", false)]),
        ("c", &[("p9", "*", false)]),
        ("d", &[("ok", "^2", false)]),
        ("e", &[("e", "*", false)]),
        ("f", &[("a", "*", false)]),
        ("ok", &[]),
    ]);
    let messages: Vec<String> = resolved(&made).dropped.values().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "DependencyMissing: it requires none, which is not there: add that plugin",
            "DependencyDisabled: it requires p8, which is turned off: turn it on",
            "DependencyNotReady: it requires p9, which does not run: see that plugin's reason",
            "DependencyVersionUnmet: it requires ok in ^2, but 1.0.0 runs: change one of the two",
            "DependencyCycle: the dependencies form a cycle: e -> e; make one of them optional",
            "DependencyNotReady: it requires a, which does not run: see that plugin's reason",
        ]
    );
}

#[test]
fn optional_dependencies_order_but_never_block() {
    let ordered =
        made([("a", &[("c", "*", true), ("none", "*", true)]), ("b", &[("a", "*", true)]), ("c", &[])]);
    assert_eq!(resolved(&ordered).order, [2, 0, 1]);
    let circle = made([("a", &[("b", "*", true)]), ("b", &[("a", "*", true), ("b", "*", true)])]);
    assert_eq!(resolved(&circle).order, [0, 1]);
    let half = made([("a", &[("b", "*", false)]), ("b", &[("a", "*", true)])]);
    assert_eq!(resolved(&half).order, [1, 0]);
}
