//! An identity token, as `docker login` keeps one for some registries, is
//! exchanged for a token that the registry takes (OAuth 2, RFC 6749 §6).

use std::time::Duration;

use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use reqwest::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use serde::Deserialize;
use url::form_urlencoded;

use super::RegistryError;
use super::challenge::Challenge;

/// How long each of the two requests may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The form that RFC 6749 asks for.
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

/// Asks the registry where tokens are made, and there for one.
pub(super) async fn token(
    reference: &Reference,
    plain: bool,
    identity: &str,
    operation: RegistryOperation,
) -> Result<RegistryAuth, RegistryError> {
    let registry = reference.resolve_registry().to_owned();
    let failed = |error: reqwest::Error| RegistryError::unreachable(registry.clone(), &error);
    let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(failed)?;
    let scheme = if plain { "http" } else { "https" };
    let asked = client.get(format!("{scheme}://{registry}/v2/")).send().await.map_err(failed)?;
    let challenge = asked.headers().get(WWW_AUTHENTICATE).and_then(|header| header.to_str().ok());
    let Some(Challenge { realm, service }) = challenge.and_then(Challenge::parse) else {
        return Ok(RegistryAuth::Anonymous);
    };
    // The token never leaves in the clear where the registry itself is not plain.
    if !plain && !realm.starts_with("https://") {
        let why = "it makes tokens over plain HTTP, where yours would be seen".to_owned();
        return Err(RegistryError::Refused { registry, why });
    }
    let actions = match operation {
        RegistryOperation::Pull => "pull",
        RegistryOperation::Push => "pull,push",
    };
    let scope = format!("repository:{}:{actions}", reference.repository());
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "refresh_token"),
            ("service", service.as_deref().unwrap_or_default()),
            ("client_id", "davit"),
            ("scope", &scope),
            ("refresh_token", identity),
        ])
        .finish();
    let answer = client.post(realm).header(CONTENT_TYPE, FORM).body(form).send().await.map_err(failed)?;
    if !answer.status().is_success() {
        let repository = reference.repository().to_owned();
        return Err(RegistryError::Denied { registry, repository, why: String::new() });
    }
    let Answer { access_token } = answer.json().await.map_err(failed)?;
    Ok(RegistryAuth::Bearer(access_token))
}
