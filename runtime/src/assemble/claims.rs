//! Which groups may not run at the same time (interfaces §8, `replacement`).

use std::collections::BTreeSet;

use davit_plugin::PluginName;
use davit_plugin::manifest::Replacement;
use davit_plugin::plan::{Group, Plan};

/// What a group runs, and what of that it must be the only one to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claims {
    plugins: BTreeSet<PluginName>,
    exclusive: BTreeSet<PluginName>,
}

impl Claims {
    pub(super) fn of(plan: &Plan, group: &Group) -> Self {
        let members = || group.plugins.iter().map(|&i| &plan.plugins[i]);
        let exclusive = members().filter(|plugin| plugin.replacement == Replacement::Exclusive);
        Self {
            plugins: members().map(|plugin| plugin.name.clone()).collect(),
            exclusive: exclusive.map(|plugin| plugin.name.clone()).collect(),
        }
    }

    /// Whether two groups may not run at once: both have a plugin that one of them
    /// must have alone.
    pub(super) fn exclude(&self, other: &Self) -> bool {
        !self.exclusive.is_disjoint(&other.plugins) || !other.exclusive.is_disjoint(&self.plugins)
    }

    /// What the group runs.
    pub(super) fn plugins(&self) -> impl Iterator<Item = &PluginName> {
        self.plugins.iter()
    }

    /// Whether there is anything that it must be the only one to run.
    pub(super) fn any(&self) -> bool {
        !self.exclusive.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(plugins: &[&str], exclusive: &[&str]) -> Claims {
        let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
        Claims { plugins: names(plugins), exclusive: names(exclusive) }
    }

    #[test]
    fn groups_exclude_each_other_if_one_of_them_must_have_a_shared_plugin_alone() {
        let table = [
            (claims(&["a"], &["a"]), claims(&["a"], &["a"]), true),
            (claims(&["a"], &["a"]), claims(&["a"], &[]), true),
            (claims(&["a", "b"], &["a"]), claims(&["a", "c"], &[]), true),
            (claims(&["a"], &[]), claims(&["a"], &[]), false),
            (claims(&["a", "b"], &["a"]), claims(&["b"], &[]), false),
            (claims(&["a"], &["a"]), claims(&["b"], &["b"]), false),
        ];
        for (one, other, expected) in table {
            assert_eq!(one.exclude(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.exclude(&one), expected, "{other:?} {one:?}");
        }
    }
}
