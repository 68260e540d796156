//! Davit's own credential: taken from a request and removed, so that no plugin
//! ever sees it.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{Refusal, cookie};
use crate::keys::{Keys, Principal};

const API_KEY: &str = "x-api-key";

/// Who sent a request, as far as Davit's own credentials tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No credential.
    Unknown,
    /// A Bearer that is no key of Davit's: the plugin's, or a wrong one.
    Foreign,
    /// A credential that is not, or no longer, a key.
    Wrong,
    /// The holder of a live key.
    Known(Principal),
}

/// Takes the credentials off. The order of precedence is `X-API-Key`, `Bearer`,
/// cookie (Buntime contract §4); a key in the query string does not count. A
/// Bearer that is no key of Davit's belongs to the plugin and stays. Of each kind only
/// the first one is judged, since one request is one attempt.
pub fn take(headers: &mut HeaderMap, keys: &Keys) -> Caller {
    take_with(headers, keys, true)
}

/// The same where the cookie may not count: it is taken off all the same.
pub(super) fn take_with(headers: &mut HeaderMap, keys: &Keys, cookie_counts: bool) -> Caller {
    let api_key = headers.remove(API_KEY).map(|value| keys.check(value.as_bytes()));
    let bearer = take_bearer(headers, keys);
    let cookie = cookie::take(headers).filter(|_| cookie_counts).map(|value| keys.check(value.as_bytes()));
    let sent_wrong = matches!(api_key, Some(None)) || matches!(cookie, Some(None));
    let has_bearer = || headers.get_all(header::AUTHORIZATION).iter().any(|line| token(line).is_some());
    match api_key.flatten().or(bearer).or(cookie.flatten()) {
        Some(principal) => Caller::Known(principal),
        None if sent_wrong => Caller::Wrong,
        None if has_bearer() => Caller::Foreign,
        None => Caller::Unknown,
    }
}

/// Counts a wrong key that came from an address. 429 if there were too many of late.
pub fn count_wrong(keys: &Keys, client: IpAddr) -> Result<(), Refusal> {
    keys.fail(client).map_err(|too_many| {
        if too_many.first {
            tracing::warn!(%client, "too many wrong keys came from this address");
        }
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", too_many.to_string());
        refusal.retry_after(too_many.seconds)
    })
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1).
fn token(authorization: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = authorization.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token.trim_ascii())
}

/// Judges the first Bearer. If it is a key of Davit's, it is removed wherever it
/// stands: a request may repeat the header. All other lines stay as they were.
fn take_bearer(headers: &mut HeaderMap, keys: &Keys) -> Option<Principal> {
    let first = headers.get_all(header::AUTHORIZATION).iter().find_map(token)?;
    let holder = keys.check(first)?;
    let others = |line: &&HeaderValue| token(line) != Some(first);
    let kept: Vec<HeaderValue> =
        headers.get_all(header::AUTHORIZATION).iter().filter(others).cloned().collect();
    headers.remove(header::AUTHORIZATION);
    for line in kept {
        headers.append(header::AUTHORIZATION, line);
    }
    Some(holder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn is_taken_from_every_place_and_leaves_nothing_behind() {
        let keys = Keys::root("right");
        for place in [
            ("x-api-key", "right"),
            ("authorization", "Bearer right"),
            ("authorization", "bearer  right"),
            ("cookie", "a=1; buntime_api_key=right; b=2"),
        ] {
            let mut headers = headers(&[place]);
            assert_eq!(take(&mut headers, &keys), Caller::Known(keys.check(b"right").unwrap()), "{place:?}");
            assert!(!format!("{headers:?}").contains("right"), "{headers:?}");
        }
    }

    #[test]
    fn leaves_what_belongs_to_the_plugin() {
        let mut sent =
            headers(&[("authorization", "Bearer theirs"), ("cookie", "session=x; buntime_api_key=old; b=2")]);
        assert_eq!(take(&mut sent, &Keys::root("right")), Caller::Wrong);
        assert_eq!(sent, headers(&[("authorization", "Bearer theirs"), ("cookie", "session=x; b=2")]));
    }

    #[test]
    fn only_the_first_credential_of_a_kind_is_judged() {
        let keys = Keys::root("right");
        for name in ["x-api-key", "authorization"] {
            let (wrong, right) = match name {
                "authorization" => ("Bearer wrong", "Bearer right"),
                _ => ("wrong", "right"),
            };
            let sent = |values: &[&'static str]| {
                let mut headers = HeaderMap::new();
                for value in values {
                    headers.append(name, HeaderValue::from_static(value));
                }
                headers
            };
            let mut guesses = sent(&[wrong, right]);
            let caller = take(&mut guesses, &keys);
            assert!(matches!(caller, Caller::Wrong | Caller::Foreign), "{name}: {caller:?}");
            // What is gone and what stays must not tell which one is right.
            let left = if name == "authorization" { sent(&[wrong, right]) } else { HeaderMap::new() };
            assert_eq!(guesses, left, "{name}");
            let mut known = sent(&[right, right]);
            assert!(matches!(take(&mut known, &keys), Caller::Known(_)), "{name}");
            assert!(known.is_empty(), "{known:?}");
        }
    }

    #[test]
    fn a_cookie_that_does_not_count_is_taken_off_all_the_same() {
        let keys = Keys::root("right");
        let cookie = ("cookie", "a=1; buntime_api_key=right");
        let mut sent = headers(&[cookie]);
        assert_eq!(take_with(&mut sent, &keys, false), Caller::Unknown);
        assert_eq!(sent, headers(&[("cookie", "a=1")]));
        let mut with_key = headers(&[cookie, ("x-api-key", "right")]);
        assert!(matches!(take_with(&mut with_key, &keys, false), Caller::Known(_)));
    }

    #[test]
    fn a_bearer_of_somebody_else_is_told_from_none() {
        let keys = Keys::root("right");
        assert_eq!(take(&mut headers(&[("authorization", "Bearer theirs")]), &keys), Caller::Foreign);
        assert_eq!(take(&mut headers(&[("authorization", "Basic eDp5")]), &keys), Caller::Unknown);
    }

    #[test]
    fn without_a_key_nobody_is_known() {
        for value in ["", "right"] {
            let mut sent =
                HeaderMap::from_iter([("x-api-key".parse().unwrap(), HeaderValue::from_str(value).unwrap())]);
            assert_eq!(take(&mut sent, &Keys::none()), Caller::Wrong);
        }
        assert_eq!(take(&mut HeaderMap::new(), &Keys::none()), Caller::Unknown);
    }
}
