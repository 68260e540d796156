//! `Range` and `If-Range` (RFC 9110 §14): one range of bytes is answered as asked
//! for; several with the whole file, as anybody may.

use headers::{HeaderMapExt, IfRange};
use http::{HeaderMap, HeaderValue, Method, header};
use http_range_header::{EndPosition, StartPosition, SyntacticallyCorrectRange, parse_range_header};

use super::precondition::parsed;
use crate::assemble::Representation;

/// How much of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first to the last byte, both included.
    Between(u64, u64),
    /// Nothing that it has.
    None,
}

/// What a request asks for. Only GET has ranges; one of another unit or grammar
/// counts for nothing.
pub(super) fn of(method: &Method, headers: &HeaderMap, form: &Representation) -> Part {
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None, true) = (ranges.next(), ranges.next(), method == Method::GET) else {
        return Part::Whole;
    };
    let has_other = || match headers.get(header::IF_RANGE) {
        None => false,
        Some(_) => headers
            .typed_get::<IfRange>()
            .is_none_or(|held| held.is_modified(parsed(&form.etag).as_ref(), None)),
    };
    let asked = range.to_str().ok().and_then(|range| parse_range_header(range).ok());
    match asked.as_ref().map(|asked| &asked.ranges[..]) {
        Some([one]) if !has_other() => between(one, form.length),
        _ => Part::Whole,
    }
}

/// A range within so many bytes. A suffix longer than all is all, which the
/// library's own judgement refuses.
fn between(range: &SyntacticallyCorrectRange, length: u64) -> Part {
    let Some(last) = length.checked_sub(1) else { return Part::None };
    let (first, last) = match (range.start, range.end) {
        (StartPosition::FromLast(count), _) => (length.saturating_sub(count), last),
        (StartPosition::Index(first), EndPosition::LastByte) => (first, last),
        // Such a range is invalid, not one that cannot be met (§14.1.1).
        (StartPosition::Index(first), EndPosition::Index(end)) if first > end => return Part::Whole,
        (StartPosition::Index(first), EndPosition::Index(end)) => (first, end.min(last)),
    };
    if first > last { Part::None } else { Part::Between(first, last) }
}

impl Part {
    /// `Content-Range`, unless all is sent.
    pub(super) fn content_range(self, length: u64) -> Option<HeaderValue> {
        let text = match self {
            Self::Whole => return None,
            Self::Between(first, last) => format!("bytes {first}-{last}/{length}"),
            Self::None => format!("bytes */{length}"),
        };
        HeaderValue::try_from(text).ok()
    }

    /// The first byte and how many; none if nothing is sent.
    pub(super) fn extent(self, length: u64) -> Option<(u64, u64)> {
        match self {
            Self::Whole => Some((0, length)),
            Self::Between(first, last) => Some((first, last - first + 1)),
            Self::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::assemble::Source;

    fn part(length: usize, sent: &[(&'static str, &'static str)]) -> Part {
        let source = Source::Memory(Bytes::from(vec![0; length]));
        let etag = HeaderValue::from_static("\"a\"");
        let form = Representation { source, length: length as u64, etag };
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        of(&Method::GET, &headers, &form)
    }

    #[test]
    fn one_range_is_met_as_far_as_there_are_bytes() {
        let table = [
            ("bytes=0-0", Part::Between(0, 0)),
            ("bytes=2-5", Part::Between(2, 5)),
            ("bytes=2-", Part::Between(2, 9)),
            ("bytes=9-9", Part::Between(9, 9)),
            ("bytes=8-99", Part::Between(8, 9)),
            ("bytes=-3", Part::Between(7, 9)),
            ("bytes=-99", Part::Between(0, 9)),
            ("bytes=10-", Part::None),
            ("bytes=10-12", Part::None),
            ("bytes=99999999999999999999-", Part::Whole),
            ("bytes=5-2", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=0-1, 40-50", Part::Whole),
        ];
        for (range, expected) in table {
            assert_eq!(part(10, &[("range", range)]), expected, "{range}");
        }
        assert_eq!(part(0, &[("range", "bytes=0-")]), Part::None);
        assert_eq!(part(0, &[("range", "bytes=-1")]), Part::None);
        assert_eq!(part(10, &[("range", "bytes=0-1"), ("range", "bytes=2-3")]), Part::Whole);
    }

    #[test]
    fn a_range_of_other_bytes_than_the_client_has_is_the_whole() {
        for (held, expected) in [
            ("\"a\"", Part::Between(2, 3)),
            ("W/\"a\"", Part::Whole),
            ("\"b\"", Part::Whole),
            ("Sat, 21 Nov 2026 10:00:00 GMT", Part::Whole),
            ("?", Part::Whole),
        ] {
            assert_eq!(part(10, &[("range", "bytes=2-3"), ("if-range", held)]), expected, "{held}");
        }
    }
}
