//! In: plugins of a plan. Out: what their worker sees of the environment, and the
//! configuration that variables complete. Of the runtime's own environment only
//! what a plugin is permitted to read is looked at.

use std::collections::BTreeMap;

use davit_plugin::VariableName;
use davit_plugin::plan::PlannedPlugin;
use davit_plugin::reason::Problem;
use serde_json::{Map, Value};

/// A variable of this process. One that is no UTF-8 counts as unset: JavaScript
/// could not read it either.
pub(super) fn of_process(name: &VariableName) -> Option<String> {
    std::env::var(name.as_str()).ok()
}

/// The variables of a group's worker: what each of its plugins was granted, and
/// nothing else. A value of the plan goes before one of the process.
pub(super) fn granted<'a>(
    plugins: impl Iterator<Item = &'a PlannedPlugin> + Clone,
    process: impl Fn(&VariableName) -> Option<String>,
) -> BTreeMap<String, String> {
    let permitted = plugins.clone().flat_map(|plugin| &plugin.permissions.env);
    let permitted = permitted.filter_map(|name| Some((name.to_string(), process(name)?)));
    let given = plugins.flat_map(|plugin| &plugin.env);
    let given = given.map(|(name, value)| (name.to_string(), value.clone()));
    permitted.chain(given).collect()
}

/// The configuration that a plugin's factory gets.
pub(super) fn config(
    plugin: &PlannedPlugin,
    process: impl Fn(&VariableName) -> Option<String>,
) -> Result<Map<String, Value>, Problem> {
    let permitted = |name: &VariableName| plugin.permissions.env.contains(name);
    let value = |name: &VariableName| {
        plugin.env.get(name).cloned().or_else(|| process(name).filter(|_| permitted(name)))
    };
    plugin.options.read_environment(plugin.config.clone(), value)
}

#[cfg(test)]
mod tests {
    use davit_plugin::reason::Reason;
    use serde_json::json;

    use super::*;

    fn planned(more: &Value) -> PlannedPlugin {
        let mut plugin = json!({
            "name": "a", "version": "1.0.0", "digest": davit_plugin::Digest::of(b""), "code": "plugin.js",
            "dependencies": [], "publicRoutes": {}, "config": {"port": 1},
            "limits": davit_plugin::manifest::Limits::default(),
        });
        plugin.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(plugin).unwrap()
    }

    fn process(name: &VariableName) -> Option<String> {
        match name.as_str() {
            "LOG_LEVEL" => Some("debug".to_owned()),
            "PORT_NUMBER" => Some("80".to_owned()),
            "SECRET" => Some("hunter2".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_worker_sees_what_its_plugins_were_granted_and_nothing_else() {
        let a = planned(&json!({"permissions": {"env": ["LOG_LEVEL", "NOT_SET"]}, "env": {"A": "1"}}));
        let b = planned(&json!({"permissions": {"env": ["PORT_NUMBER"]}, "env": {"PORT_NUMBER": "81"}}));
        let seen = granted([&a, &b].into_iter(), process);
        let seen: Vec<_> = seen.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(seen, [("A", "1"), ("LOG_LEVEL", "debug"), ("PORT_NUMBER", "81")]);
    }

    #[test]
    fn a_plan_that_grants_the_runtimes_own_cannot_even_be_read() {
        for more in [json!({"permissions": {"env": ["RUNTIME_ROOT_KEY"]}}), json!({"env": {"DAVIT_X": "1"}})]
        {
            let mut plugin = serde_json::to_value(planned(&json!({}))).unwrap();
            plugin.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert!(serde_json::from_value::<PlannedPlugin>(plugin).is_err(), "{more}");
        }
    }

    #[test]
    fn a_plans_value_goes_before_the_processs_and_both_before_the_configuration() {
        let options = json!([["port", {"type": "number", "env": "PORT_NUMBER"}]]);
        let table = [
            (json!({}), 1),
            (json!({"permissions": {"env": ["PORT_NUMBER"]}}), 80),
            (json!({"permissions": {"env": ["PORT_NUMBER"]}, "env": {"PORT_NUMBER": "82"}}), 82),
        ];
        for (more, port) in table {
            let plugin =
                PlannedPlugin { options: serde_json::from_value(options.clone()).unwrap(), ..planned(&more) };
            assert_eq!(config(&plugin, process).unwrap()["port"], json!(port), "{more}");
        }
    }

    #[test]
    fn what_does_not_fit_names_the_option_and_the_variable_but_not_the_value() {
        let options = json!([["port", {"type": "number", "env": "SECRET"}]]);
        let plugin = planned(&json!({"permissions": {"env": ["SECRET"]}, "options": options}));
        let problem = config(&plugin, process).unwrap_err();
        assert_eq!(problem.reason, Reason::ConfigInvalid);
        assert!(problem.message.contains("`port`") && problem.message.contains("SECRET"), "{problem}");
        assert!(!problem.message.contains("hunter2"), "{problem}");
    }
}
