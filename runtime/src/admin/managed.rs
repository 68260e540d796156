//! What a managed runtime does not do: a change here would make one replica differ
//! from the others. The operator does it, and each refusal says how to ask it.

use http::StatusCode;

use super::Source;
use crate::control::ControlName;
use crate::dispatch::Refusal;

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Every group is replaced.
    Reload,
    /// A plugin comes, or gets a new version.
    Upload,
    /// A plugin leaves.
    Remove,
    /// A plugin is turned on.
    Enable,
    /// A plugin is turned off.
    Disable,
    /// A key comes.
    CreateKey,
    /// A key leaves.
    RevokeKey,
}

/// Leaves a change to the operator, if there is one (interfaces §6).
pub(super) fn leave(change: Change, source: &Source) -> Result<(), Refusal> {
    match source {
        Source::Directories(_) => Ok(()),
        Source::Operator(control) => Err(refusal(&change.command(control.name()))),
    }
}

/// 409 with what to do instead.
pub(super) fn refusal(instead: &str) -> Refusal {
    let message = format!("an operator manages this runtime and changes all replicas together: {instead}");
    Refusal::new(StatusCode::CONFLICT, "MANAGED_BY_OPERATOR", message)
}

impl Change {
    /// What to do instead. A Plugin resource is seldom named as its plugin.
    fn command(self, name: &ControlName) -> String {
        let (runtime, namespace) = (name.runtime(), name.namespace());
        let now = "=\"$(date -u +%FT%TZ)\"";
        let turn = |on: bool| {
            format!(
                "kubectl patch plugin NAME -n {namespace} --type merge -p '{{\"spec\":{{\"enabled\":{on}}}}}'"
            )
        };
        let list = format!("spec.apiKeySecrets: kubectl edit pluginruntime {runtime} -n {namespace}");
        match self {
            Self::Reload => format!(
                "kubectl annotate pluginruntime {runtime} -n {namespace} --overwrite davit.dev/reloadAt{now}"
            ),
            Self::Upload => format!(
                "push the package with `davit push` and apply a Plugin that names it: kubectl apply -n {namespace} -f plugin.yaml; if its tag was there before: kubectl annotate plugin NAME -n {namespace} --overwrite davit.dev/requestedAt{now}"
            ),
            Self::Remove => format!("kubectl delete plugin NAME -n {namespace}"),
            Self::Enable => turn(true),
            Self::Disable => turn(false),
            Self::CreateKey => format!(
                "printf 'btk_%s' \"$(openssl rand -hex 32)\" | kubectl create secret generic NAME -n {namespace} --from-file=key=/dev/stdin --from-literal=role=viewer, then add NAME to {list}"
            ),
            Self::RevokeKey => format!("take its Secret out of {list}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_command() {
        let name = "default.apps.control.davit".parse().unwrap();
        let table = [
            (Change::Reload, "pluginruntime default -n apps --overwrite davit.dev/reloadAt="),
            (Change::Upload, "davit.dev/requestedAt="),
            (Change::Enable, r#"{"spec":{"enabled":true}}"#),
            (Change::Disable, r#"{"spec":{"enabled":false}}"#),
            (Change::Remove, "kubectl delete plugin NAME -n apps"),
            (Change::CreateKey, "kubectl create secret generic NAME -n apps"),
            (Change::RevokeKey, "spec.apiKeySecrets: kubectl edit pluginruntime default -n apps"),
        ];
        for (change, says) in table {
            let command = change.command(&name);
            assert!(command.contains(says), "{change:?}: {command}");
        }
    }
}
