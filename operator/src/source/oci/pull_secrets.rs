//! In: the Secrets that a Plugin names. Out: the credentials for its registry.
//! Reads Secrets by name, only such as hold a Docker configuration, and never one
//! of a PluginRuntime's own. No credential helper is ever run.

use davit_crds::SecretRef;
use davit_plugin::Reason;
use k8s_openapi::api::core::v1::Secret;
use kube::Client;

use super::docker_config::{DockerConfig, InvalidConfig};
use super::{Credentials, OciReference};
use crate::source::{SourceError, object};

/// The types of Secrets that hold a Docker configuration, and their keys.
const TYPES: [(&str, &str); 2] =
    [("kubernetes.io/dockerconfigjson", ".dockerconfigjson"), ("kubernetes.io/dockercfg", ".dockercfg")];

/// The credentials to try for an artifact, in order: the closest match of the
/// first Secret first. Nobody's if none is for its registry.
pub(super) async fn credentials(
    client: &Client,
    namespace: &str,
    secrets: &[SecretRef],
    reference: &OciReference,
) -> Result<Vec<Credentials>, SourceError> {
    let mut found: Vec<Credentials> = Vec::new();
    for SecretRef { name } in secrets {
        let secret: Option<Secret> = object(client, namespace, name).await.map_err(|error| {
            SourceError::new(
                Reason::SecretNotFound,
                format!("the Secret {name} of `pullSecrets` cannot be read: {error}"),
            )
        })?;
        let secret = secret.ok_or_else(|| {
            let message = format!("there is no Secret {name}, which `pullSecrets` names: create it");
            SourceError::new(Reason::SecretNotFound, message)
        })?;
        let config = config(name, &secret)?;
        found.extend(config.credentials(reference).map_err(|error| malformed(name, &error))?);
    }
    if found.is_empty() {
        found.push(Credentials::Anonymous);
    }
    Ok(found)
}

fn config(name: &str, secret: &Secret) -> Result<DockerConfig, SourceError> {
    let refused = |why: &str| {
        let message = format!(
            "the Secret {name} of `pullSecrets` is not used: {why}; make one with \
             `kubectl create secret docker-registry`"
        );
        SourceError::new(Reason::SecretNotFound, message)
    };
    let owners = secret.metadata.owner_references.iter().flatten();
    if owners.into_iter().any(|owner| owner.kind == "PluginRuntime") {
        return Err(refused("it belongs to a PluginRuntime"));
    }
    let kind = secret.type_.as_deref().unwrap_or("Opaque");
    let Some((_, key)) = TYPES.iter().find(|(known, _)| *known == kind) else {
        return Err(refused(&format!("its type is {kind} and not kubernetes.io/dockerconfigjson")));
    };
    let Some(bytes) = secret.data.as_ref().and_then(|data| data.get(*key)) else {
        return Err(refused(&format!("it has no key {key}")));
    };
    let parsed = match *key {
        ".dockercfg" => DockerConfig::parse_legacy(&bytes.0),
        _ => DockerConfig::parse(&bytes.0),
    };
    parsed.map_err(|error| malformed(name, &error))
}

fn malformed(name: &str, error: &InvalidConfig) -> SourceError {
    let message = format!("the Secret {name} of `pullSecrets` cannot be used: {error}; create it again");
    SourceError::new(Reason::SecretNotFound, message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refusal(secret: &Value) -> Option<String> {
        let secret: Secret = serde_json::from_value(secret.clone()).unwrap();
        config("regcred", &secret).err().map(|error| {
            assert_eq!(error.problem.reason, Reason::SecretNotFound);
            error.problem.message
        })
    }

    #[test]
    fn only_a_docker_configuration_that_no_runtime_owns_is_read() {
        let data = json!({ ".dockerconfigjson": "e30=", ".dockercfg": "e30=" });
        let owner = json!([{ "apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime", "name": "rt", "uid": "u" }]);
        let table = [
            (json!({ "type": "kubernetes.io/dockerconfigjson", "data": data }), None),
            (json!({ "type": "kubernetes.io/dockercfg", "data": data }), None),
            (json!({ "type": "Opaque", "data": data }), Some("type is Opaque")),
            (json!({ "data": data }), Some("type is Opaque")),
            (json!({ "type": "kubernetes.io/dockerconfigjson" }), Some("no key .dockerconfigjson")),
            (
                json!({ "type": "kubernetes.io/dockerconfigjson", "data": { ".dockerconfigjson": "Nw==" } }),
                Some("line 1"),
            ),
            (
                json!({ "type": "kubernetes.io/dockerconfigjson", "data": data, "metadata": { "ownerReferences": owner } }),
                Some("belongs to a PluginRuntime"),
            ),
        ];
        for (secret, says) in table {
            let refusal = refusal(&secret);
            assert_eq!(refusal.is_some(), says.is_some(), "{refusal:?}");
            assert!(says.is_none_or(|says| refusal.is_some_and(|text| text.contains(says))), "{says:?}");
        }
    }
}
