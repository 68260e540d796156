//! In: a schema and values of a plugin's configuration. Out: the values with those
//! of environment variables and the schema's defaults, all of them checked.

use serde_json::{Map, Value};

use super::environment;
use super::schema::{ConfigOption, Schema};
use super::values::check;
use crate::VariableName;

/// A value that does not fit its option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("config `{}` {}{why}", path.join("."), from(variable.as_ref()))]
pub(super) struct Misfit {
    /// The keys that lead to the value.
    pub(super) path: Vec<String>,
    /// The variable that it comes from.
    variable: Option<VariableName>,
    /// What is wrong and what fits; never the value, which may be a secret.
    why: String,
}

/// What is known of an environment variable.
pub(super) enum Read {
    /// The plugin may not read it.
    Refused,
    /// It may, but what it is only shows where the plugin runs.
    Later,
    /// It is not set.
    Unset,
    /// Its value.
    Set(String),
}

/// Completes `values` with those of variables, which go before them, and with the
/// schema's defaults, and checks each option. Keys that the schema does not name
/// stay as they are.
pub(super) fn complete(
    schema: &Schema,
    mut values: Map<String, Value>,
    read: &dyn Fn(&VariableName) -> Read,
) -> Result<Map<String, Value>, Vec<Misfit>> {
    let mut completion = Completion { read, misfits: Vec::new() };
    completion.level(schema, &mut values, Above { path: &[], variable: None, later: false });
    if completion.misfits.is_empty() { Ok(values) } else { Err(completion.misfits) }
}

struct Completion<'a> {
    read: &'a dyn Fn(&VariableName) -> Read,
    misfits: Vec<Misfit>,
}

/// Where a mapping stands.
#[derive(Clone, Copy)]
struct Above<'a> {
    path: &'a [String],
    /// The variable that gave it, as a whole or with what is around it.
    variable: Option<&'a VariableName>,
    /// Whether a variable may give it later.
    later: bool,
}

impl Completion<'_> {
    fn level(&mut self, schema: &Schema, values: &mut Map<String, Value>, above: Above<'_>) {
        for (key, option) in &schema.0 {
            let path = [above.path, std::slice::from_ref(key)].concat();
            let misfit = self.option(option, key, values, Above { path: &path, ..above }).err();
            self.misfits.extend(misfit);
        }
    }

    fn option(
        &mut self,
        option: &ConfigOption,
        key: &str,
        values: &mut Map<String, Value>,
        above: Above<'_>,
    ) -> Result<(), Misfit> {
        let mut at = above;
        let read = option.env.as_ref().map(|name| (name, (self.read)(name)));
        match &read {
            Some((name, Read::Set(text))) => {
                let value = environment::value(option, text).map_err(|why| at.misfit(Some(name), why))?;
                if let Some(value) = value {
                    values.insert(key.to_owned(), value);
                    at.variable = Some(name);
                }
            }
            Some((_, Read::Later)) => at.later = true,
            Some((_, Read::Refused | Read::Unset)) | None => {}
        }
        fill(option, key, values);
        let Some(value) = values.get_mut(key) else {
            let lacks = option.required && !at.later;
            return if lacks { Err(at.misfit(at.variable, required(read.as_ref()))) } else { Ok(()) };
        };
        check(option, value).map_err(|why| at.misfit(at.variable, why))?;
        if let Value::Object(inner) = value {
            self.level(&option.properties, inner, at);
        }
        Ok(())
    }
}

impl Above<'_> {
    fn misfit(&self, variable: Option<&VariableName>, why: String) -> Misfit {
        Misfit { path: self.path.to_vec(), variable: variable.cloned(), why }
    }
}

/// What to do about a required option without a value.
fn required(variable: Option<&(&VariableName, Read)>) -> String {
    match variable {
        Some((name, Read::Refused)) => format!("is required: give it a value, or grant the variable {name}"),
        Some((name, _)) => format!("is required: give it a value, or set the variable {name}"),
        None => "is required: give it a value".to_owned(),
    }
}

fn from(variable: Option<&VariableName>) -> String {
    variable.map(|name| format!("of the variable {name} ")).unwrap_or_default()
}

/// Gives an option without a value its default. An object that has none is made
/// of its properties' defaults.
fn fill(option: &ConfigOption, key: &str, values: &mut Map<String, Value>) {
    if values.get(key).is_some_and(|value| !value.is_null()) {
        return;
    }
    values.remove(key);
    let of_properties = || (!option.properties.0.is_empty()).then(|| Value::Object(Map::new()));
    if let Some(value) = option.default.clone().or_else(of_properties) {
        values.insert(key.to_owned(), value);
    }
}
