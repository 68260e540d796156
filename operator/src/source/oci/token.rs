//! In: a registry's challenge and the credentials. Out: the header that answers
//! it. Asks the token server that the challenge names (distribution's "Token
//! Authentication Specification" and its OAuth 2 form).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use http_auth::ChallengeRef;
use reqwest::Client;
use serde::Deserialize;
use url::Url;

use super::answer::{BodyError, body, checked, unanswered};
use super::{Credentials, OciError, limits};

/// What an answer of 401 asks for.
pub(super) struct Challenge {
    headers: HeaderMap,
}

/// A token server's answer.
#[derive(Deserialize)]
struct Granted {
    #[serde(alias = "access_token")]
    token: Option<String>,
}

impl Challenge {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self { headers: headers.clone() }
    }

    /// The header that answers it; none if the registry asks for nothing that
    /// these credentials can give.
    pub(super) async fn answer(
        &self,
        http: &Client,
        registry: &str,
        scope: &str,
        credentials: &Credentials,
    ) -> Result<Option<HeaderValue>, OciError> {
        if let Credentials::RegistryToken(token) = credentials {
            return Ok(sensitive(&format!("Bearer {token}")));
        }
        let values =
            self.headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let challenges: Vec<_> =
            values.filter_map(|value| http_auth::parse_challenges(value).ok()).flatten().collect();
        let of =
            |scheme: &str| challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme));
        if let Some(bearer) = of("Bearer") {
            let token = ask(http, registry, &realm(bearer, registry, scope)?, credentials).await?;
            return Ok(sensitive(&format!("Bearer {token}")));
        }
        Ok(of("Basic").and_then(|_| basic(credentials)))
    }
}

fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_unescaped())
}

/// The token server's address, with what is asked for as its query.
fn realm(challenge: &ChallengeRef<'_>, registry: &str, scope: &str) -> Result<Url, OciError> {
    let wrong = |why: &str| OciError::Unreachable {
        registry: registry.to_owned(),
        why: format!("it names no token server ({why}): this is the registry's own mistake"),
        retry_after: None,
    };
    let realm = parameter(challenge, "realm").ok_or_else(|| wrong("no realm"))?;
    let mut url = Url::parse(&realm).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("neither https nor http"));
    }
    if let Some(service) = parameter(challenge, "service") {
        url.query_pairs_mut().append_pair("service", &service);
    }
    url.query_pairs_mut().append_pair("scope", scope);
    Ok(url)
}

async fn ask(
    http: &Client,
    registry: &str,
    url: &Url,
    credentials: &Credentials,
) -> Result<String, OciError> {
    let server = url.host_str().unwrap_or(registry);
    let request = match credentials {
        Credentials::IdentityToken(token) => exchange(http, url, token),
        Credentials::Anonymous | Credentials::RegistryToken(_) => http.get(url.clone()),
        Credentials::Basic { username, password } => {
            http.get(url.clone()).basic_auth(username, Some(password))
        }
    };
    let response =
        request.timeout(limits::REQUEST).send().await.map_err(|error| unanswered(server, &error))?;
    let response = checked(response, server, "a token").await?;
    let unreadable = |why: &str| OciError::Unreachable {
        registry: server.to_owned(),
        why: format!("its answer holds no token ({why})"),
        retry_after: None,
    };
    let bytes = body(response, limits::TOKEN).await.map_err(|error| match error {
        BodyError::TooLarge => unreadable("it is too large"),
        BodyError::Broken(error) => unanswered(server, &error),
    })?;
    // The parser's own message could quote the token.
    let granted: Granted = serde_json::from_slice(&bytes).map_err(|_| unreadable("it is not JSON"))?;
    granted.token.ok_or_else(|| unreadable("neither `token` nor `access_token`"))
}

/// The same question as a form (OAuth 2, "Refreshing an Access Token").
fn exchange(http: &Client, url: &Url, token: &str) -> reqwest::RequestBuilder {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(url.query_pairs());
    form.extend_pairs([("grant_type", "refresh_token"), ("client_id", "davit"), ("refresh_token", token)]);
    let mut to = url.clone();
    to.set_query(None);
    http.post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.finish())
}

fn basic(credentials: &Credentials) -> Option<HeaderValue> {
    match credentials {
        Credentials::Basic { username, password } => {
            sensitive(&format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
        }
        Credentials::Anonymous | Credentials::IdentityToken(_) | Credentials::RegistryToken(_) => None,
    }
}

/// A header that no log shows.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
