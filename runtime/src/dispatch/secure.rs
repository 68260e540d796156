//! What every page and answer of Davit's own tells a browser. Plugins decide for
//! themselves.

use http::header::{self, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};

/// No answer of ours is a page that loads or runs anything, unless it says so, and
/// none is to be shown in a frame, read as another type, kept, or told to others.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Adds what an answer of Davit's own does not say itself.
pub fn secure(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        if let Entry::Vacant(free) = headers.entry(name) {
            free.insert(HeaderValue::from_static(value));
        }
    }
}
