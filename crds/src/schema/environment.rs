//! Variables of plugins' environments.

use davit_plugin::manifest::MAX_VARIABLES;
use davit_plugin::variable;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{RULES, matches, rules, text};

/// The name of a variable, as [`davit_plugin::VariableName`] reads it, the
/// runtime's own apart.
pub(super) const VARIABLE: &str = "^[A-Za-z_][A-Za-z0-9_]*$";
/// What an environment can hold.
pub(super) const VALUE: &str = r"^[^\x00]*$";

/// The name of a plugin's variable.
pub(crate) fn plugin_variable(_: &mut SchemaGenerator) -> Schema {
    let form = matches(VARIABLE);
    let own = variable::RESERVED.map(|prefix| format!("!self.startsWith('{prefix}')")).join(" && ");
    let rules = rules([
        (form.as_str(), "name the variable with letters, digits and `_`, not beginning with a digit"),
        (
            own.as_str(),
            "`RUNTIME_…` and `DAVIT_…` are the runtime's own, which no plugin can read: choose another name",
        ),
    ]);
    json_schema!({ "type": "string", "minLength": 1, "maxLength": variable::MAX_LENGTH, (RULES): rules })
}

/// Names of variables, each once.
pub(crate) fn plugin_variables(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": MAX_VARIABLES,
        "x-kubernetes-list-type": "set",
        "items": plugin_variable(generator),
    })
}

/// The value of a variable.
pub(crate) fn variable_value(_: &mut SchemaGenerator) -> Schema {
    let mut value = text(32_768, &matches(VALUE), "a variable's value has no NUL character");
    value.insert("minLength".to_owned(), 0.into());
    value
}
