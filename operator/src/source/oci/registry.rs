//! One registry as one user: requests to its API (OCI distribution specification),
//! answered challenges, bounded time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderValue, StatusCode, header};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::answer::{checked, unanswered};
use super::token::Challenge;
use super::{Credentials, OciError, OciReference, limits};

/// One registry as one user.
pub struct Registry {
    http: Client,
    host: String,
    scheme: &'static str,
    credentials: Credentials,
    /// What answered the last challenge, by scope.
    answers: Mutex<HashMap<String, HeaderValue>>,
    turns: Semaphore,
}

impl Registry {
    /// The registry of a reference; nothing is asked yet. `insecure`: plain HTTP.
    pub fn new(reference: &OciReference, insecure: bool, credentials: Credentials) -> Result<Self, OciError> {
        let host = reference.host().to_owned();
        let http = Client::builder()
            .user_agent(concat!("davit/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits::CONNECT)
            .read_timeout(limits::REQUEST)
            .redirect(Policy::custom(redirected))
            .build()
            .map_err(|error| unanswered(&host, &error))?;
        let turns = Semaphore::new(limits::AT_ONCE);
        let scheme = if insecure { "http" } else { "https" };
        Ok(Self { http, host, scheme, credentials, answers: Mutex::default(), turns })
    }

    /// `host` or `host:port`.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(super) fn is_insecure(&self) -> bool {
        self.scheme == "http"
    }

    /// A turn: only so many requests run at once, and none waits for ever behind
    /// those that a silent registry does not answer.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, OciError> {
        let turn = tokio::time::timeout(limits::REQUEST, self.turns.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| OciError::Unreachable {
            registry: self.host.clone(),
            why: "other requests to it are not answered in time".to_owned(),
            retry_after: None,
        })
    }

    /// Asks for `path` of a repository, again with an answer if the registry
    /// challenges. `what` is for messages.
    pub(super) async fn get(
        &self,
        repository: &str,
        path: &str,
        accept: &str,
        what: &str,
    ) -> Result<Response, OciError> {
        let url = format!("{}://{}/v2/{repository}/{path}", self.scheme, self.host);
        let scope = format!("repository:{repository}:pull");
        let known = self.answers().get(&scope).cloned();
        let response = self.once(&url, accept, known).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return checked(response, &self.host, what).await;
        }
        let challenge = Challenge::of(response.headers());
        let Some(answer) = challenge.answer(&self.http, &self.host, &scope, &self.credentials).await? else {
            return checked(response, &self.host, what).await;
        };
        let response = self.once(&url, accept, Some(answer.clone())).await?;
        let response = checked(response, &self.host, what).await?;
        let mut answers = self.answers();
        if answers.len() >= limits::REGISTRIES {
            answers.clear();
        }
        answers.insert(scope, answer);
        Ok(response)
    }

    async fn once(
        &self,
        url: &str,
        accept: &str,
        authorization: Option<HeaderValue>,
    ) -> Result<Response, OciError> {
        let mut request = self.http.get(url).header(header::ACCEPT, accept);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request.send().await.map_err(|error| unanswered(&self.host, &error))
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<String, HeaderValue>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows a registry to where its blobs lie, but not for ever, and not out of TLS.
/// The HTTP client takes the credentials off where the host is another.
fn redirected(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let before = attempt.previous().last().map(|url| url.scheme().to_owned());
    if attempt.previous().len() > limits::REDIRECTS {
        attempt.error("too many redirects")
    } else if before.as_deref() == Some("https") && attempt.url().scheme() != "https" {
        attempt.error("a redirect from https to plain http")
    } else {
        attempt.follow()
    }
}
