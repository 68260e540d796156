//! What a managed runtime does not do: a change here would make one replica differ
//! from the others. The operator does it, and each refusal says how to ask it.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};

use super::{API, Admin, Source, not_found, refuse};
use crate::control::ControlName;
use crate::dispatch::{Arrival, Refusal};

/// Answers what no other call does.
pub(super) async fn fallback(State(admin): State<Admin>, request: Request) -> Response {
    let path = request.extensions().get::<Arrival>().map(|arrival| arrival.path.to_string());
    let command = match (&admin.source, path) {
        (Source::Operator(control), Some(path)) => command(request.method(), &path, control.name()),
        _ => None,
    };
    let Some(command) = command else { return not_found(request).await.into_response() };
    let message = format!("an operator manages this runtime and changes all replicas together: {command}");
    refuse(Refusal::new(StatusCode::CONFLICT, "MANAGED_BY_OPERATOR", message), &request)
}

/// What to do instead of a call that changes something (Buntime contract §4); none
/// if there is no such call. Names of plugins arrive encoded or with their slash.
fn command(method: &Method, path: &str, name: &ControlName) -> Option<String> {
    let (runtime, namespace) = (name.runtime(), name.namespace());
    let now = "=\"$(date -u +%FT%TZ)\"";
    let call = path.strip_prefix(API).or_else(|| path.strip_prefix("/api"))?;
    let (area, rest) = call.strip_prefix('/')?.split_once('/').unwrap_or((&call[1..], ""));
    let turn = |on: bool| {
        format!(
            "kubectl patch plugin NAME -n {namespace} --type merge -p '{{\"spec\":{{\"enabled\":{on}}}}}'"
        )
    };
    Some(match (method.as_str(), area, rest) {
        ("POST", "plugins", "reload") => {
            format!(
                "kubectl annotate pluginruntime {runtime} -n {namespace} --overwrite davit.dev/reloadAt{now}"
            )
        }
        ("POST", "plugins", "upload") => format!(
            "push the package with `davit push` and apply a Plugin that names it: kubectl apply -n {namespace} -f plugin.yaml; if its tag was there before: kubectl annotate plugin NAME -n {namespace} --overwrite davit.dev/requestedAt{now}"
        ),
        ("POST", "plugins", rest) if rest.ends_with("/enable") => turn(true),
        ("POST", "plugins", rest) if rest.ends_with("/disable") => turn(false),
        ("DELETE", "plugins", rest) if !rest.is_empty() => {
            format!("kubectl delete plugin NAME -n {namespace}")
        }
        ("POST" | "DELETE", "keys", _) => format!(
            "the key is in a Secret: kubectl get pluginruntime {runtime} -n {namespace} -o yaml, spec.adminKeySecret, or {runtime}-admin-key"
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_command() {
        let name = "default.apps.control.davit".parse().unwrap();
        let table = [
            (
                "POST",
                "/_/api/plugins/reload",
                "pluginruntime default -n apps --overwrite davit.dev/reloadAt=",
            ),
            ("POST", "/api/plugins/reload", "davit.dev/reloadAt="),
            ("POST", "/api/plugins/upload", "davit.dev/requestedAt="),
            ("POST", "/api/plugins/%40acme%2Fhello/enable", r#"{"spec":{"enabled":true}}"#),
            ("POST", "/api/plugins/@acme/hello/disable", r#"{"spec":{"enabled":false}}"#),
            ("DELETE", "/api/plugins/hello", "kubectl delete plugin NAME -n apps"),
            ("DELETE", "/api/plugins/@acme/hello", "kubectl delete plugin NAME -n apps"),
            ("POST", "/_/api/keys", "default-admin-key"),
            ("DELETE", "/_/api/keys/7", "default-admin-key"),
        ];
        for (method, path, says) in table {
            let command = command(&method.parse().unwrap(), path, &name);
            assert!(
                command.as_ref().is_some_and(|command| command.contains(says)),
                "{method} {path}: {command:?}"
            );
        }
    }

    #[test]
    fn what_is_no_call_has_none() {
        let name = "default.apps.control.davit".parse().unwrap();
        for (method, path) in [
            ("GET", "/_/api/plugins/reload"),
            ("POST", "/_/api/plugins"),
            ("DELETE", "/_/api/plugins/"),
            ("POST", "/_/api"),
            ("POST", "/_/api/"),
            ("POST", "/_/other/plugins/reload"),
        ] {
            assert_eq!(command(&method.parse().unwrap(), path, &name), None, "{method} {path}");
        }
    }
}
