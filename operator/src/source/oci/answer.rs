//! What an answer of a registry means.

use std::error::Error as _;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use reqwest::Response;
use serde_json::Value;

use super::{OciError, limits};

/// An answer that is good, or what is wrong with it. `what` was asked for.
pub(super) async fn checked(response: Response, registry: &str, what: &str) -> Result<Response, OciError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = retry_after(response.headers());
    let said = words(response).await;
    Err(refusal(status, retry_after, &said, registry, what))
}

fn refusal(
    status: StatusCode,
    retry_after: Option<Duration>,
    said: &str,
    registry: &str,
    what: &str,
) -> OciError {
    let (registry, what) = (registry.to_owned(), what.to_owned());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => OciError::Denied {
            registry,
            what,
            why: format!("it answers {status}{said}: give it credentials that may read this repository"),
        },
        StatusCode::NOT_FOUND => OciError::NotFound { registry, what },
        _ => OciError::Unreachable {
            registry,
            why: format!("it answers {status}{said}"),
            retry_after: retry_after.filter(|_| {
                matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            }),
        },
    }
}

/// The registry's own words: the codes and messages of its errors (OCI distribution
/// specification, "Error Codes"), fit for one line. Else nothing.
async fn words(response: Response) -> String {
    let Ok(body) = body(response, limits::REFUSAL).await else { return String::new() };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
    let errors = body["errors"].as_array().into_iter().flatten().take(3);
    let errors: Vec<_> =
        errors.map(|error| format!("{} {}", text(error, "code"), text(error, "message"))).collect();
    if errors.is_empty() { String::new() } else { format!(" ({})", plain(&errors.join("; "))) }
}

/// A text from outside, cut and without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// `Retry-After` in seconds (RFC 9110, 10.2.3); dates are seldom and left aside.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(limits::RETRY_AFTER))
}

/// Why a body was not read.
pub(super) enum BodyError {
    /// It is larger than it may be.
    TooLarge,
    /// The connection broke.
    Broken(reqwest::Error),
}

/// A whole body of at most `limit` bytes.
pub(super) async fn body(mut response: Response, limit: u64) -> Result<Bytes, BodyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A request that got no answer.
pub(super) fn unanswered(registry: &str, error: &reqwest::Error) -> OciError {
    // The outermost message only repeats the URL, whose query may hold a secret.
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    let why = cause.map_or_else(|| "no answer".to_owned(), |cause| plain(&cause.to_string()));
    let hint = match () {
        () if error.is_timeout() => "it does not answer in time",
        () if error.is_redirect() => "it sends elsewhere too often, or from https to plain http",
        () if error.is_connect() => {
            "check its name, and that it is up; a registry of plain http needs `insecure`"
        }
        () => "the connection broke",
    };
    OciError::Unreachable { registry: registry.to_owned(), why: format!("{why}: {hint}"), retry_after: None }
}

#[cfg(test)]
mod tests {
    use davit_plugin::Reason;

    use super::*;
    use crate::source::SourceError;

    #[test]
    fn each_status_has_its_meaning() {
        use Reason::{RegistryDenied, RegistryUnreachable, TagNotFound};
        let table = [
            (400, RegistryUnreachable),
            (401, RegistryDenied),
            (403, RegistryDenied),
            (404, TagNotFound),
            (429, RegistryUnreachable),
            (500, RegistryUnreachable),
            (503, RegistryUnreachable),
        ];
        for (status, reason) in table {
            let error = refusal(StatusCode::from_u16(status).unwrap(), None, "", "r.test", "a:1");
            assert_eq!(SourceError::from(error).problem.reason, reason, "{status}");
        }
    }

    #[test]
    fn a_registry_can_ask_to_be_left_alone_but_not_for_ever() {
        let asked =
            |value: &str| retry_after(&[(header::RETRY_AFTER, value.parse().unwrap())].into_iter().collect());
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("86400"), Some(limits::RETRY_AFTER));
        assert_eq!(asked("soon"), None);
        let waits = |status| match refusal(status, Some(Duration::from_secs(7)), "", "r", "a") {
            OciError::Unreachable { retry_after, .. } => retry_after,
            other => panic!("{other}"),
        };
        assert_eq!(waits(StatusCode::TOO_MANY_REQUESTS), Some(Duration::from_secs(7)));
        assert_eq!(waits(StatusCode::BAD_GATEWAY), None);
    }
}
