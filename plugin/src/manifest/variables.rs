//! What a schema says of the environment: which variables may fill an option
//! (Buntime contract §3, "Config precedence").

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::completion::{Read, complete};
use super::error::Position;
use super::fields::Findings;
use super::schema::{ConfigOption, Schema};
use crate::VariableName;
use crate::reason::{Problem, Reason};

impl Schema {
    /// The variables that its options name.
    pub fn variables(&self) -> BTreeSet<&VariableName> {
        self.readers("").into_iter().map(|(_, _, name)| name).collect()
    }

    /// What is needed of it to read the `granted` variables into a configuration
    /// that was completed without them.
    pub(crate) fn readable(&self, granted: &BTreeSet<&VariableName>) -> Self {
        self.pruned(granted, false)
    }

    /// An option without a variable is left out, unless it is part of a value
    /// that a variable gives as a `whole`.
    fn pruned(&self, granted: &BTreeSet<&VariableName>, whole: bool) -> Self {
        let of_option = |(key, option): &(String, ConfigOption)| {
            let env = option.env.clone().filter(|env| granted.contains(env));
            let whole = whole || env.is_some();
            let properties = option.properties.pruned(granted, whole);
            let kept = whole || !properties.is_empty();
            let option = ConfigOption { at: Position::START, env, properties, ..option.clone() };
            kept.then(|| (key.clone(), option))
        };
        Self(self.0.iter().filter_map(of_option).collect())
    }

    /// `config` with the values of the variables that are set, which go before
    /// what it holds; completed and checked. `set` gives a granted variable's
    /// value. No value stands in the message.
    pub fn read_environment(
        &self,
        config: Map<String, Value>,
        set: impl Fn(&VariableName) -> Option<String>,
    ) -> Result<Map<String, Value>, Problem> {
        let read = |name: &VariableName| set(name).map_or(Read::Unset, Read::Set);
        complete(self, config, &read).map_err(|misfits| {
            let all: Vec<String> = misfits.iter().map(ToString::to_string).collect();
            Problem::new(Reason::ConfigInvalid, all.join("; "))
        })
    }

    /// Warns of variables that nobody grants yet; an administrator's resource may
    /// still do so.
    pub(super) fn warn_of_ungranted(&self, granted: &BTreeSet<VariableName>, warnings: &mut Findings) {
        for (path, at, name) in self.readers("config") {
            if !granted.contains(name) {
                let message = format!(
                    "{path}.env is not read unless {name} is granted: name it under `davit.permissions.env` too"
                );
                warnings.add(at, message);
            }
        }
    }

    /// The options that name a variable: path, place, and the variable.
    fn readers(&self, above: &str) -> Vec<(String, Position, &VariableName)> {
        let mut found = Vec::new();
        for (key, option) in &self.0 {
            let path = format!("{above}.{key}");
            found.extend(option.properties.readers(&path));
            found.extend(option.env.as_ref().map(|name| (path, option.at, name)));
        }
        found
    }
}
