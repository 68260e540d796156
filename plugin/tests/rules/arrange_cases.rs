//! Situations that people get into, and what becomes of each plugin.

use std::sync::Arc;

use davit_plugin::grant::Consent;
use davit_plugin::plan::{Arrangement, Barred, Plan, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};

use crate::common::{name, wanted};

fn arranged(wanted: &[Wanted]) -> Arrangement {
    arrange(wanted, &Plan::empty(), &Barred::new())
}

/// For each plugin the version that runs, or `-`, and the reason, if any.
fn told(arrangement: &Arrangement) -> Vec<String> {
    let one = |outcome: &davit_plugin::plan::Outcome| {
        let runs =
            outcome.runs.as_ref().map_or("-".to_owned(), |runs| runs.contents.manifest.version.to_string());
        outcome.problem.as_ref().map_or(runs.clone(), |problem| format!("{runs} {}", problem.reason))
    };
    arrangement.outcomes.iter().map(one).collect()
}

fn message(arrangement: &Arrangement, i: usize) -> &str {
    arrangement.outcomes[i].problem.as_ref().map_or("", |problem| &problem.message)
}

fn barred(wanted: &Wanted) -> Barred {
    [(wanted.versions[0].id(), Problem::new(Reason::LoadFailed, "it throws"))].into()
}

#[test]
fn the_last_good_runs_while_the_newest_cannot() {
    let all = [wanted(["name: a\nversion: 2.0.0", "name: a\nversion: 1.0.0"])];
    let arrangement = arrange(&all, &Plan::empty(), &barred(&all[0]));
    assert_eq!(told(&arrangement), ["1.0.0 LoadFailed"]);
    let broken =
        [Wanted { problem: Some(Problem::new(Reason::ManifestInvalid, "no YAML")), ..wanted(["name: a"]) }];
    assert_eq!(told(&arranged(&broken)), ["0.0.0 ManifestInvalid"]);
}

#[test]
fn dependents_fall_back_with_their_dependency() {
    let a = wanted(["name: a\nversion: 2.0.0", "name: a\nversion: 1.0.0"]);
    let b = wanted([
        "name: b\nversion: 2.0.0\ndependencies: [{a: ^2}]",
        "name: b\nversion: 1.0.0\ndependencies: [{a: ^1}]",
    ]);
    assert_eq!(told(&arranged(&[b.clone(), a.clone()])), ["2.0.0", "2.0.0"]);
    let barred = barred(&a);
    let arrangement = arrange(&[b, a], &Plan::empty(), &barred);
    assert_eq!(told(&arrangement), ["1.0.0 DependencyVersionUnmet", "1.0.0 LoadFailed"]);
    assert_eq!(message(&arrangement, 0), "it requires a in ^2, but 1.0.0 runs: change one of the two");
}

#[test]
fn who_serves_a_base_keeps_it_and_the_other_is_told_who_has_it() {
    let (a, b) = (wanted(["name: a\nbase: /x"]), wanted(["name: b\nbase: /x"]));
    let serving = arranged(std::slice::from_ref(&b)).plan;
    let arrangement = arrange(&[a.clone(), b.clone()], &serving, &Barred::new());
    assert_eq!(told(&arrangement), ["- BaseTaken", "0.0.0"]);
    assert_eq!(message(&arrangement, 0), "the base /x is taken by b: choose another base for one of the two");
    assert_eq!(told(&arranged(&[a, b])), ["0.0.0", "- BaseTaken"]);
}

#[test]
fn a_plugin_that_cannot_run_takes_no_base() {
    let (a, b) = (wanted(["name: a\nbase: /x\ndependencies: [gone]"]), wanted(["name: b\nbase: /x"]));
    assert_eq!(told(&arranged(&[a, b])), ["- DependencyMissing", "0.0.0"]);
}

#[test]
fn a_base_is_free_again_when_its_winner_loses_what_it_requires() {
    let a = wanted(["name: a\nbase: /x\ndependencies: [c]"]);
    let b = wanted(["name: b\nbase: /x"]);
    let (c, d) = (wanted(["name: c\nbase: /y"]), wanted(["name: d\nbase: /y"]));
    let serving = arranged(std::slice::from_ref(&d)).plan;
    let arrangement = arrange(&[a, b, c, d], &serving, &Barred::new());
    assert_eq!(told(&arrangement), ["- DependencyNotReady", "0.0.0", "- BaseTaken", "0.0.0"]);
}

#[test]
fn a_new_circle_is_spelled_and_only_one_side_gives_way() {
    let a = wanted(["name: a\nversion: 2.0.0\ndependencies: [b]", "name: a\nversion: 1.0.0"]);
    let b =
        wanted(["name: b\nversion: 2.0.0\ndependencies: [a]", "name: b\nversion: 1.0.0\ndependencies: [a]"]);
    let arrangement = arranged(&[a.clone(), b]);
    assert_eq!(told(&arrangement), ["1.0.0 DependencyCycle", "2.0.0"]);
    assert!(message(&arrangement, 0).contains("a -> b -> a"), "{}", message(&arrangement, 0));
    let alone = Wanted { versions: a.versions[..1].to_vec(), ..a };
    let arrangement = arranged(&[alone, wanted(["name: b\ndependencies: [a]"])]);
    assert_eq!(told(&arrangement), ["- DependencyCycle", "- DependencyCycle"]);
    assert!(message(&arrangement, 1).contains("b -> a -> b"));
}

#[test]
fn optional_circles_block_nobody() {
    let a = wanted(["name: a\noptionalDependencies: [b]"]);
    let b = wanted(["name: b\noptionalDependencies: [a, gone]"]);
    assert_eq!(told(&arranged(&[a, b])), ["0.0.0", "0.0.0"]);
}

#[test]
fn an_optional_dependency_in_another_version_is_no_link() {
    let a = wanted(["name: a\noptionalDependencies: [{b: ^2}, a]"]);
    let plan = arranged(&[a, wanted(["name: b\nversion: 1.0.0"])]).plan;
    assert!(plan.plugin(&name("a")).unwrap().dependencies.is_empty());
    assert_eq!(plan.groups().len(), 2);
}

#[test]
fn a_disabled_plugin_is_off_and_its_dependents_say_so() {
    let off = Wanted { disabled: true, ..wanted(["name: a"]) };
    let arrangement = arranged(&[off, wanted(["name: b\ndependencies: [a]"])]);
    assert_eq!(told(&arrangement), ["- Disabled", "- DependencyDisabled"]);
    assert!(arrangement.plan.plugins.is_empty());
}

/// A plugin under a resource that grants it these variables of the runtime and
/// values, and names these dependencies.
fn granted<const N: usize>(
    yaml: &str,
    permitted: &[&str],
    values: &[(&str, &str)],
    named: [&str; N],
) -> Wanted {
    let mut wanted = wanted([yaml]);
    let mut contents = (*wanted.versions[0].contents).clone();
    contents.manifest.permissions.env = permitted.iter().map(|name| name.parse().unwrap()).collect();
    contents.env = values.iter().map(|(name, value)| (name.parse().unwrap(), (*value).to_owned())).collect();
    contents.consent = Consent::To(named.into_iter().map(name).collect());
    wanted.versions[0].contents = Arc::new(contents);
    wanted
}

#[test]
fn what_only_a_manifest_links_may_not_read_anothers_variables() {
    let thief = granted("name: thief\ndependencies: [pay]", &[], &[], []);
    let pay = granted("name: pay", &["KEY"], &[("URL", "secret")], []);
    let arrangement = arranged(&[pay.clone(), thief]);
    assert_eq!(told(&arrangement), ["0.0.0", "- GroupNeedsConsent"]);
    assert_eq!(
        message(&arrangement, 1),
        "its manifest alone links it to pay, and in one process thief would gain env KEY, env URL: \
         name pay in `spec.dependencies` to allow that"
    );
    let thief = granted("name: thief\ndependencies: [pay]", &[], &[], ["pay"]);
    let arrangement = arranged(&[pay, thief]);
    assert_eq!(
        (told(&arrangement), arrangement.plan.groups().len()),
        (vec!["0.0.0".into(), "0.0.0".into()], 1)
    );
}

#[test]
fn whoever_has_the_edge_needs_consent_also_if_the_other_side_gains() {
    let mut pay = granted("name: pay\ndependencies: [log]", &["KEY"], &[], []);
    let mut contents = (*pay.versions[0].contents).clone();
    contents.manifest.permissions.authenticate = true;
    pay.versions[0].contents = Arc::new(contents);
    let arrangement = arranged(&[pay, granted("name: log", &["LEVEL"], &[], [])]);
    assert_eq!(told(&arrangement), ["- GroupNeedsConsent", "0.0.0"]);
    let says = message(&arrangement, 0);
    assert!(says.contains("pay would gain env LEVEL, and log would gain env KEY, authenticate"), "{says}");
}

#[test]
fn nobody_needs_consent_where_nobody_gains() {
    let a = granted("name: a\ndependencies: [b]", &["KEY"], &[("URL", "x")], []);
    let b = granted("name: b", &["KEY"], &[("URL", "x")], []);
    let arrangement = arranged(&[a, b]);
    assert_eq!(
        (told(&arrangement), arrangement.plan.groups().len()),
        (vec!["0.0.0".into(), "0.0.0".into()], 1)
    );
}

#[test]
fn in_a_directory_the_manifests_word_is_enough() {
    let a = wanted(["name: a\ndependencies: [b]\ndavit: {permissions: {env: [KEY]}}"]);
    let b = wanted(["name: b\ndavit: {permissions: {env: [OTHER], authenticate: true}}"]);
    let arrangement = arranged(&[a, b]);
    assert_eq!(
        (told(&arrangement), arrangement.plan.groups().len()),
        (vec!["0.0.0".into(), "0.0.0".into()], 1)
    );
}

#[test]
fn who_could_only_use_another_does_without_until_there_is_consent() {
    let user = |named: &[&str]| {
        let mut user = granted("name: user\noptionalDependencies: [pay]", &[], &[], []);
        let mut contents = (*user.versions[0].contents).clone();
        contents.consent = Consent::To(named.iter().map(|one| name(one)).collect());
        user.versions[0].contents = Arc::new(contents);
        user
    };
    let pay = granted("name: pay", &["KEY"], &[], []);
    let arrangement = arranged(&[user(&[]), pay.clone()]);
    assert_eq!(
        (told(&arrangement), arrangement.plan.groups().len()),
        (vec!["0.0.0".into(), "0.0.0".into()], 2)
    );
    assert_eq!(arrangement.outcomes[0].unlinked, [name("pay")].into());
    let arrangement = arranged(&[user(&["pay"]), pay]);
    assert_eq!((arrangement.plan.groups().len(), arrangement.outcomes[0].unlinked.len()), (1, 0));
}

#[test]
fn of_two_values_of_one_variable_the_later_plugin_fails() {
    let a = granted("name: a", &[], &[("KEY", "hunter1")], []);
    let b = granted("name: b\ndependencies: [a]", &[], &[("KEY", "hunter2")], ["a"]);
    let arrangement = arranged(&[a.clone(), b.clone()]);
    assert_eq!(told(&arrangement), ["0.0.0", "- EnvConflict"]);
    let says = message(&arrangement, 1);
    assert!(says.contains(" a,") && says.contains("variable KEY") && !says.contains("hunter"), "{says}");
    // Without the later one, which it requires, the older one could not run either.
    let arrangement = arranged(&[b, a]);
    assert_eq!(told(&arrangement), ["- EnvConflict", "0.0.0"]);
    assert!(message(&arrangement, 0).contains("with it, a could not run"), "{}", message(&arrangement, 0));
}

#[test]
fn a_value_of_the_plan_and_one_of_the_runtime_are_two() {
    let a = granted("name: a", &["KEY"], &[], []);
    let b = granted("name: b\ndependencies: [a]", &[], &[("KEY", "x")], ["a"]);
    assert_eq!(told(&arranged(&[a.clone(), b])), ["0.0.0", "- EnvConflict"]);
    let b = granted("name: b\ndependencies: [a]", &["KEY"], &[], ["a"]);
    assert_eq!(told(&arranged(&[a, b])), ["0.0.0", "0.0.0"]);
}

#[test]
fn a_conflict_with_one_that_has_no_base_anyway_costs_nobody_theirs() {
    let hub = wanted(["name: hub"]);
    let early = granted("name: early", &[], &[("KEY", "1")], []);
    let late = granted("name: late", &[], &[("KEY", "2")], []);
    let serves = granted("name: serves\nbase: /x\ndependencies: [hub, late]", &[], &[], ["hub", "late"]);
    let comes = granted("name: comes\nbase: /x\ndependencies: [hub, early]", &[], &[], ["hub", "early"]);
    let serving = arranged(&[hub.clone(), late.clone(), serves.clone()]).plan;
    let arrangement = arrange(&[hub, early, late, serves, comes], &serving, &Barred::new());
    assert_eq!(told(&arrangement), ["0.0.0", "0.0.0", "0.0.0", "0.0.0", "- BaseTaken"]);
}
