//! In: the Plugins of one runtime, the agreed plan, and what may not run now.
//! Out: the plan that shall run, and why others do not. Pure, and a fixpoint:
//! deciding again on what was decided changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use davit_plugin::PluginName;
use davit_plugin::plan::{Barred, Plan, Wanted, arrange};
use davit_plugin::reason::{Problem, Reason};
use kube::ResourceExt as _;

use super::subject::Subject;

/// What shall run.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The plan.
    pub plan: Plan,
    /// Why a subject does not run as it is wanted, in the order of the subjects.
    pub problems: Vec<Option<Problem>>,
    /// What a subject could use but is not linked to for want of consent, in the
    /// order of the subjects.
    pub unlinked: Vec<BTreeSet<PluginName>>,
    /// Whether a subject has its name, in the order of the subjects: the plan's
    /// entry of that name is of the one that has it.
    pub named: Vec<bool>,
}

/// Decides. `subjects` are in the order in which ties are decided (older
/// creationTimestamp, then smaller name); `reload` is the runtime's annotation
/// that starts every group anew.
pub fn decide(subjects: &[Subject], agreed: &Plan, reload: Option<&str>, barred: &Barred) -> Decision {
    let owners = owners(subjects, agreed);
    let (mut wanted, mut places) = (Vec::<Wanted>::new(), BTreeMap::new());
    for (i, subject) in subjects.iter().enumerate() {
        if owners.get(&subject.name) == Some(&i) {
            places.insert(i, wanted.len());
            wanted.push(subject.wanted(agreed.plugin(&subject.name), reload));
        }
    }
    let arrangement = arrange(&wanted, agreed, barred);
    let problem = |i: usize| match places.get(&i) {
        Some(&place) => arrangement.outcomes[place].problem.clone(),
        None => Some(name_taken(subjects, &owners, i)),
    };
    let unlinked = |i: usize| {
        places.get(&i).map(|&place| arrangement.outcomes[place].unlinked.clone()).unwrap_or_default()
    };
    let all = 0..subjects.len();
    Decision {
        problems: all.clone().map(problem).collect(),
        unlinked: all.clone().map(unlinked).collect(),
        named: all.map(|i| places.contains_key(&i)).collect(),
        plan: arrangement.plan,
    }
}

/// Who has each name: who serves under it, else the first one that is turned on,
/// else the first one.
fn owners(subjects: &[Subject], agreed: &Plan) -> BTreeMap<PluginName, usize> {
    let serves = |subject: &Subject| {
        let serving = subject.plugin.status.as_ref().and_then(|status| status.serving.as_ref());
        serving.is_some() && agreed.plugin(&subject.name).is_some()
    };
    let names: BTreeSet<&PluginName> = subjects.iter().map(|subject| &subject.name).collect();
    let owner = |name: &&PluginName| {
        let of_name = || subjects.iter().enumerate().filter(|(_, subject)| subject.name == **name);
        let on = |subject: &Subject| subject.is_enabled() || subject.is_suspended();
        let owner = of_name().find(|(_, subject)| on(subject) && serves(subject));
        let owner = owner.or_else(|| of_name().find(|(_, subject)| on(subject))).or_else(|| of_name().next());
        owner.map(|(i, _)| ((*name).clone(), i))
    };
    names.iter().filter_map(owner).collect()
}

fn name_taken(subjects: &[Subject], owners: &BTreeMap<PluginName, usize>, i: usize) -> Problem {
    let name = &subjects[i].name;
    let owner = owners.get(name).map(|&owner| subjects[owner].plugin.name_any()).unwrap_or_default();
    if !subjects[i].is_enabled() {
        return Problem::new(Reason::Disabled, "it is turned off: set `spec.enabled: true` to run it");
    }
    let message =
        format!("the name {name} is taken by the Plugin {owner}: set another `spec.name`, or delete one");
    Problem::new(Reason::NameTaken, message)
}

#[cfg(test)]
mod tests;
