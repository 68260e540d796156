//! Whether plugins fit together: one name, one base each, dependencies there and
//! in the wanted versions. Decided by the code that decides it for a runtime.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use davit_plugin::PluginName;
use davit_plugin::plan::{Barred, Candidate, Plan, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};

use super::Alone;

/// For each plugin, in the same order, why it does not fit.
pub(super) fn problems(plugins: &[Alone]) -> Vec<Option<Problem>> {
    let mut problems = vec![None; plugins.len()];
    let mut owners = BTreeMap::<PluginName, &Path>::new();
    let mut wanted = Vec::new();
    let mut asked = Vec::new();
    for (i, plugin) in plugins.iter().enumerate() {
        let Some(one) = want(plugin) else { continue };
        if let Some(owner) = owners.get(&one.name) {
            problems[i] = Some(name_taken(&one.name, owner));
            continue;
        }
        owners.insert(one.name.clone(), plugin.folder.path());
        wanted.push(one);
        asked.push(i);
    }
    let outcomes = arrange(&wanted, &Plan::empty(), &Barred::new()).outcomes;
    for (i, outcome) in asked.into_iter().zip(outcomes) {
        problems[i] = outcome.problem.filter(|problem| problem.reason != Reason::Disabled).map(with_hint);
    }
    problems
}

/// What a runtime would want of the plugin. One that fails alone has no version,
/// so that those who require it learn that it is there and broken.
fn want(Alone { folder, package }: &Alone) -> Option<Wanted> {
    let Ok(package) = package else {
        let name = folder.manifest().ok()?.name;
        return Some(Wanted { name, versions: Vec::new(), disabled: false, problem: None });
    };
    let manifest = &package.contents.manifest;
    let contents = Arc::new(package.contents.clone());
    let versions = vec![Candidate { digest: package.packed.digest, contents, reload: None }];
    Some(Wanted { name: manifest.name.clone(), versions, disabled: !manifest.enabled, problem: None })
}

fn name_taken(name: &PluginName, owner: &Path) -> Problem {
    let owner = owner.display();
    Problem::new(Reason::NameTaken, format!("the name {name} is taken by {owner}: rename one of the two"))
}

fn with_hint(problem: Problem) -> Problem {
    match problem.reason {
        Reason::DependencyMissing => {
            Problem::new(problem.reason, format!("{}, or name its folder too", problem.message))
        }
        _ => problem,
    }
}
