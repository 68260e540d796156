//! The Origin check: a page of another site must not change anything with the
//! credentials of a visitor (Buntime contract §4).

use http::{HeaderMap, StatusCode, Uri};

use crate::dispatch::{Origin, Refusal};

/// Passes if the request has one Origin whose host and port are those of the
/// request itself.
pub(super) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let why = match Origin::of(uri, headers) {
        Origin::Ours => return Ok(()),
        Origin::Unnamed => "a call that changes something needs an Origin header with this host: add",
        Origin::Other => "the Origin header is not of this host alone: send",
    };
    let host = uri.authority().map_or("", |host| host.as_str());
    let message = format!("{why} -H 'Origin: http://{host}'");
    Err(Refusal::new(StatusCode::FORBIDDEN, "ORIGIN_MISMATCH", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header};

    #[test]
    fn a_refusal_names_this_host_and_tells_a_missing_origin_from_a_wrong_one() {
        let uri = Uri::from_static("http://localhost:8000/_/api/plugins/reload");
        for (origins, says) in [
            (&[][..], "needs an Origin header with this host: add -H 'Origin: http://localhost:8000'"),
            (&["http://evil.example"], "is not of this host alone: send -H 'Origin: http://localhost:8000'"),
            (&["http://localhost:8000"; 2], "is not of this host alone: send"),
        ] {
            let values = origins.iter().map(|origin| HeaderValue::from_static(origin));
            let refusal = check(&uri, &values.map(|value| (header::ORIGIN, value)).collect()).unwrap_err();
            assert!(refusal.to_string().contains(says), "{origins:?}: {refusal}");
        }
    }
}
