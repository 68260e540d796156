//! The cookie that holds a session: taken from requests, and out of plugins' responses.

use http::{HeaderMap, HeaderValue, header};

/// The cookie of a session.
pub const SESSION_COOKIE: &str = "buntime_api_key";

/// Removes Davit's cookie and leaves the others as they were.
pub(super) fn take(headers: &mut HeaderMap) -> Option<String> {
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

/// Takes the cookie of sessions out of a plugin's response, and tells whether there was
/// one: no plugin logs anybody in to Davit, or out.
pub(super) fn withhold(headers: &mut HeaderMap) -> bool {
    if !headers.get_all(header::SET_COOKIE).iter().any(sets_ours) {
        return false;
    }
    let others = |line: &&HeaderValue| !sets_ours(line);
    let kept: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().filter(others).cloned().collect();
    headers.remove(header::SET_COOKIE);
    for line in kept {
        headers.append(header::SET_COOKIE, line);
    }
    true
}

/// A cookie without a name comes back as its bare value, which may look like ours.
fn sets_ours(line: &HeaderValue) -> bool {
    let pair = line.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
    let name = pair.split(|&byte| byte == b'=').map(<[u8]>::trim_ascii).find(|part| !part.is_empty());
    name == Some(SESSION_COOKIE.as_bytes())
}

fn without_ours(line: &HeaderValue) -> HeaderValue {
    let ours = |pair: &&[u8]| !pair.trim_ascii().starts_with(SESSION_COOKIE.as_bytes());
    let others: Vec<&[u8]> = line.as_bytes().split(|&byte| byte == b';').filter(ours).collect();
    HeaderValue::from_bytes(&others.join(&b';')).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_sets_every_cookie_but_that_of_sessions() {
        let lines = |lines: &[&'static str]| -> HeaderMap {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::SET_COOKIE, HeaderValue::from_static(line));
            }
            headers
        };
        let theirs = [
            "a=buntime_api_key",
            "buntime_api_key_2=1; Path=/",
            "BUNTIME_API_KEY=1",
            "b=1; buntime_api_key=x",
            "",
        ];
        let mut headers = lines(&theirs);
        assert!(!withhold(&mut headers));
        assert_eq!(headers, lines(&theirs));
        for ours in [
            "buntime_api_key=x",
            " buntime_api_key = x; Path=/",
            "buntime_api_key",
            "=buntime_api_key=x",
            "= buntime_api_key=x",
            "buntime_api_key=; Max-Age=0",
        ] {
            let mut headers = lines(&["a=1", ours, "b=2"]);
            assert!(withhold(&mut headers), "{ours}");
            assert_eq!(headers, lines(&["a=1", "b=2"]), "{ours}");
        }
    }
}
