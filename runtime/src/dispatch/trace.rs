//! In: a request as it came. Out: the trace that it belongs to, in which what is
//! passed on to the plugin is a step of Davit's own (W3C Trace Context).

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");
/// `00-` trace `-` parent `-` flags.
const LENGTH: usize = 55;
/// The flags that have a meaning: sampled, and that the trace is random (level 2).
const FLAGS: u8 = 0b11;

/// The number of a trace, which all of its requests share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

impl fmt::Display for TraceId {
    /// Writes 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Goes on with the client's trace, or begins one that nobody has asked to sample.
/// The headers name Davit as the parent then. A state without a valid parent means
/// nothing and is taken off (§3.3 of the recommendation).
pub(super) fn go_on(headers: &mut HeaderMap) -> TraceId {
    let (trace, flags) = sent(headers).unwrap_or_else(|| {
        headers.remove(STATE);
        (TraceId(*Uuid::new_v4().as_bytes()), 0)
    });
    headers.insert(PARENT, parent(trace, flags));
    trace
}

/// What a `traceparent` says, if there is one and it is valid.
fn sent(headers: &HeaderMap) -> Option<(TraceId, u8)> {
    let mut lines = headers.get_all(PARENT).iter();
    let (line, None) = (lines.next()?.as_bytes(), lines.next()) else { return None };
    let (known, more) = line.split_at_checked(LENGTH)?;
    let version = number::<1>(&known[..2])?[0];
    // A later version may have more to say, behind another dash.
    let fits = match version {
        0 => more.is_empty(),
        0xff => false,
        _ => more.is_empty() || more[0] == b'-',
    };
    let dashes = [2, 35, 52].iter().all(|&at| known[at] == b'-');
    let (trace, parent) = (number::<16>(&known[3..35])?, number::<8>(&known[36..52])?);
    let [flags] = number::<1>(&known[53..])?;
    let valid = fits && dashes && trace != [0; 16] && parent != [0; 8];
    valid.then_some((TraceId(trace), flags & FLAGS))
}

/// Hexadecimal digits, which have to be small ones.
fn number<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut number = [0; N];
    let small = digits.iter().all(|digit| !digit.is_ascii_uppercase());
    hex::decode_to_slice(digits, &mut number).ok().filter(|()| small).map(|()| number)
}

/// A `traceparent` with a new parent: half of a random UUID, which is never zero.
fn parent(TraceId(trace): TraceId, flags: u8) -> HeaderValue {
    let random = Uuid::new_v4();
    let mut line = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let parts: [(usize, &[u8]); 3] = [(3, &trace), (36, &random.as_bytes()[8..]), (53, &[flags])];
    for (at, bytes) in parts {
        // The places are as long as the digits.
        let _fits = hex::encode_to_slice(bytes, &mut line[at..at + 2 * bytes.len()]);
    }
    HeaderValue::from_bytes(&line).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const THEIRS: &str = "00f067aa0ba902b7";

    /// The trace, and what the plugin is sent.
    fn passed_on(parents: &[&str]) -> (String, String, Option<HeaderValue>) {
        let mut headers = HeaderMap::new();
        for parent in parents {
            headers.append(PARENT, HeaderValue::from_bytes(parent.as_bytes()).unwrap());
        }
        headers.insert(STATE, HeaderValue::from_static("rojo=00f067aa0ba902b7"));
        let trace = go_on(&mut headers).to_string();
        assert_eq!(headers.get_all(PARENT).iter().count(), 1);
        (trace, headers[PARENT].to_str().unwrap().to_owned(), headers.remove(STATE))
    }

    #[test]
    fn a_valid_trace_goes_on_with_a_parent_of_ours_and_its_state() {
        let table = [("00", "01", "01"), ("00", "00", "00"), ("00", "ff", "03"), ("cc", "03", "03")];
        for (version, flags, kept) in table {
            let (trace, line, state) = passed_on(&[&format!("{version}-{TRACE}-{THEIRS}-{flags}")]);
            assert_eq!(trace, TRACE);
            assert!(
                line.starts_with(&format!("00-{TRACE}-")) && line.ends_with(&format!("-{kept}")),
                "{line}"
            );
            assert_ne!(&line[36..52], THEIRS);
            assert_eq!(state.unwrap(), "rojo=00f067aa0ba902b7");
        }
        let (trace, ..) = passed_on(&[&format!("01-{TRACE}-{THEIRS}-01-what-comes-later")]);
        assert_eq!(trace, TRACE);
    }

    #[test]
    fn what_is_no_valid_trace_is_replaced_by_a_new_one_that_is_not_sampled() {
        let zero = "0".repeat(32);
        let good = format!("00-{TRACE}-{THEIRS}-01");
        let table = [
            String::new(),
            "x".repeat(LENGTH),
            format!("ff-{TRACE}-{THEIRS}-01"),
            format!("00-{zero}-{THEIRS}-01"),
            format!("00-{TRACE}-{}-01", &zero[..16]),
            format!("00-{}-{THEIRS}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{THEIRS}-01-more"),
            format!("00-{TRACE}-{THEIRS}-0"),
            format!("00_{TRACE}-{THEIRS}-01"),
            format!("01-{TRACE}-{THEIRS}-01more"),
        ];
        let replaced = |parents: &[&str]| {
            let (trace, line, state) = passed_on(parents);
            assert_ne!(trace, TRACE, "{parents:?}");
            assert!(line.starts_with(&format!("00-{trace}-")) && line.ends_with("-00"), "{line}");
            assert_eq!(state, None);
        };
        table.iter().for_each(|line| replaced(&[line]));
        replaced(&[]);
        replaced(&[&good, &good]);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_a_valid_line_is_passed_on(line in "[ -~]{0,80}") {
            let (trace, line, _) = passed_on(&[&line]);
            let again = HeaderMap::from_iter([(PARENT, HeaderValue::from_str(&line).unwrap())]);
            prop_assert_eq!(sent(&again).unwrap().0.to_string(), trace);
        }
    }
}
