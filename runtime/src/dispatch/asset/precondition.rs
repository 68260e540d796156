//! `If-Match` and `If-None-Match` (RFC 9110 §13).

use headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch};
use http::{HeaderMap, HeaderValue};

/// What comes of a request's preconditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precondition {
    /// There are none, or they hold.
    Holds,
    /// The client has these bytes.
    Unchanged,
    /// The client wants other bytes only.
    Failed,
}

/// Compares what the client holds with the tag of what it would get.
pub(super) fn of(headers: &HeaderMap, etag: &HeaderValue) -> Precondition {
    let Some(etag) = parsed(etag) else { return Precondition::Holds };
    if headers.typed_get::<IfMatch>().is_some_and(|wanted| !wanted.precondition_passes(&etag)) {
        return Precondition::Failed;
    }
    match headers.typed_get::<IfNoneMatch>() {
        Some(held) if !held.precondition_passes(&etag) => Precondition::Unchanged,
        _ => Precondition::Holds,
    }
}

/// A tag of our own as the library's type.
pub(super) fn parsed(etag: &HeaderValue) -> Option<ETag> {
    etag.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn knows_what_the_client_holds_and_what_it_wants() {
        let etag = HeaderValue::from_static("\"a\"");
        let table = [
            (header::IF_NONE_MATCH, "\"a\"", Precondition::Unchanged),
            (header::IF_NONE_MATCH, "W/\"a\"", Precondition::Unchanged),
            (header::IF_NONE_MATCH, "\"b\", \"a\"", Precondition::Unchanged),
            (header::IF_NONE_MATCH, "*", Precondition::Unchanged),
            (header::IF_NONE_MATCH, "\"b\"", Precondition::Holds),
            (header::IF_MATCH, "\"a\"", Precondition::Holds),
            (header::IF_MATCH, "*", Precondition::Holds),
            (header::IF_MATCH, "\"b\"", Precondition::Failed),
            (header::IF_MATCH, "W/\"a\"", Precondition::Failed),
        ];
        for (name, value, expected) in table {
            let headers = HeaderMap::from_iter([(name.clone(), HeaderValue::from_static(value))]);
            assert_eq!(of(&headers, &etag), expected, "{name}: {value}");
        }
    }
}
