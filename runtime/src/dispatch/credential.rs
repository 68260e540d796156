//! Davit's own credential: taken from a request and removed, so that no plugin
//! ever sees it.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::Refusal;
use crate::keys::{Keys, Principal};

/// The cookie of a session.
pub const SESSION_COOKIE: &str = "buntime_api_key";
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
/// Bearer that is no key of Davit's belongs to the plugin and stays.
pub fn take(headers: &mut HeaderMap, keys: &Keys) -> Caller {
    let api_key = headers.remove(API_KEY).map(|value| keys.check(value.as_bytes()));
    let bearer = take_bearer(headers, keys);
    let cookie = take_cookie(headers).map(|value| keys.check(value.as_bytes()));
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

/// Removes every line that is a key of Davit's and leaves the others as they
/// were: a request may repeat the header. Only the first Bearer counts, since one
/// request is one attempt.
fn take_bearer(headers: &mut HeaderMap, keys: &Keys) -> Option<Principal> {
    let key = |line: &HeaderValue| keys.check(token(line)?);
    let lines = || headers.get_all(header::AUTHORIZATION).iter();
    let taken = lines().find(|line| token(line).is_some()).and_then(key);
    let kept: Vec<HeaderValue> = lines().filter(|line| key(line).is_none()).cloned().collect();
    headers.remove(header::AUTHORIZATION);
    for line in kept {
        headers.append(header::AUTHORIZATION, line);
    }
    taken
}

/// Removes Davit's cookie and leaves the others as they were.
fn take_cookie(headers: &mut HeaderMap) -> Option<String> {
    let mut taken = None;
    let mut kept = Vec::new();
    for line in headers.get_all(header::COOKIE) {
        // A line that is no ASCII cannot hold our cookie in a way that we read.
        let Ok(text) = line.to_str() else {
            kept.push(without_ours(line));
            continue;
        };
        let (ours, others): (Vec<&str>, Vec<&str>) =
            text.split(';').map(str::trim).partition(|pair| is_ours(pair));
        taken =
            taken.or(ours.first().and_then(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned()));
        kept.extend(
            (!others.is_empty()).then(|| HeaderValue::from_str(&others.join("; "))).and_then(Result::ok),
        );
    }
    headers.remove(header::COOKIE);
    for line in kept {
        headers.append(header::COOKIE, line);
    }
    taken
}

fn is_ours(pair: &str) -> bool {
    pair.split('=').next().is_some_and(|name| name.trim() == SESSION_COOKIE)
}

fn without_ours(line: &HeaderValue) -> HeaderValue {
    let ours = |pair: &&[u8]| !pair.trim_ascii().starts_with(SESSION_COOKIE.as_bytes());
    let others: Vec<&[u8]> = line.as_bytes().split(|&byte| byte == b';').filter(ours).collect();
    HeaderValue::from_bytes(&others.join(&b';')).unwrap_or(HeaderValue::from_static(""))
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
            assert_eq!(take(&mut headers, &keys), Caller::Known(Principal::root()), "{place:?}");
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
