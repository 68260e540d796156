//! Who pulls: the Secrets that a Plugin names, else whoever Docker knows here.

use davit_plugin::reason::{Problem, Reason};
use k8s_openapi::api::core::v1::Secret;
use oci_client::Reference;

use crate::registry::credentials::{self, Credential, DockerConfig};

/// The key of a Secret of the type kubernetes.io/dockerconfigjson.
const KEY: &str = ".dockerconfigjson";

/// The first credential for the reference's registry in these Secrets.
pub(super) async fn credential(
    reference: &Reference,
    secrets: &[(String, Option<Secret>)],
) -> Result<Credential, Problem> {
    let denied =
        |error: credentials::CredentialsError| Problem::new(Reason::RegistryDenied, error.to_string());
    if secrets.is_empty() {
        return credentials::of_docker(reference).await.map_err(denied);
    }
    for (name, secret) in secrets {
        let config = secret.as_ref().and_then(config).ok_or_else(|| missing(name, secret.is_some()))?;
        let config = DockerConfig::parse(&format!("Secret {name}"), &config).map_err(denied)?;
        if let Some(credential) = config.kept(reference) {
            return Ok(credential);
        }
    }
    Ok(Credential::Anonymous)
}

/// The configuration in a Secret, as `data` or `stringData`.
fn config(secret: &Secret) -> Option<Vec<u8>> {
    let text =
        secret.string_data.as_ref().and_then(|data| data.get(KEY)).map(|text| text.clone().into_bytes());
    text.or_else(|| Some(secret.data.as_ref()?.get(KEY)?.0.clone()))
}

fn missing(name: &str, there: bool) -> Problem {
    let message = match there {
        true => format!(
            "the Secret {name} has no key {KEY}: make it with `kubectl create secret docker-registry`"
        ),
        false => format!("there is no Secret {name}: add it to the files"),
    };
    Problem::new(Reason::SecretNotFound, message)
}
