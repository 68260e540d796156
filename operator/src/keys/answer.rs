//! In: what the API server answers of a Secret. Out: its key, that of before, or
//! what is wrong. Pure.

use std::time::{Duration, Instant};

use davit_plugin::plan::PlannedKey;
use k8s_openapi::api::core::v1::Secret;
use kube::Error;
use tokio::time::error::Elapsed;

use super::Keys;
use super::secret::{KeyTrouble, key};
use crate::watch::cause;

/// How long a key counts of which nobody knows whether its Secret still has it.
const KEPT: Duration = Duration::from_mins(10);

/// What the API server's answer says of the Secret `name`. Not knowing removes
/// nothing for a while; being refused is knowing: whoever may give keys has taken
/// this Secret away from the operator.
pub(super) fn answered(
    name: &str,
    answer: Result<Result<Option<Secret>, Error>, Elapsed>,
    before: &Keys,
    now: Instant,
) -> Result<PlannedKey, KeyTrouble> {
    let (unknown, why) = match answer {
        Ok(Ok(secret)) => return key(name, secret.as_ref()),
        Ok(Err(error)) => (says_nothing(&error), cause(&error)),
        Err(_) => (true, "the API server takes too long to answer".to_owned()),
    };
    let Some((kept, since)) = before.known(name).filter(|_| unknown) else {
        return Err(KeyTrouble::Closed(why));
    };
    let since = since.unwrap_or(now);
    let lasts = now.duration_since(since) < KEPT;
    Err(if lasts { KeyTrouble::Unread { why, kept: Box::new(kept), since } } else { KeyTrouble::Closed(why) })
}

/// Whether an error says nothing of the Secret: the API server cannot be reached, or
/// is not able to answer now.
fn says_nothing(error: &Error) -> bool {
    match error {
        Error::Api(status) => status.code == 429 || status.code >= 500,
        Error::Service(_) | Error::HyperError(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use davit_plugin::plan::KeyRole;
    use kube::core::Status;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn known() -> Keys {
        Keys::planned(&[PlannedKey::of("ops", KeyRole::Viewer, "0123456789abcdef").unwrap()])
    }

    /// What the Secret comes to when it is answered for with this status.
    fn after(code: u16, before: &Keys, now: Instant) -> Keys {
        let status = Status { code, message: "no".into(), ..Status::default() };
        let answer = Ok(Err(Error::Api(Box::new(status))));
        Keys::of(vec![("ops".to_owned(), answered("ops", answer, before, now))])
    }

    #[test]
    fn a_key_stays_while_the_api_server_cannot_answer_and_goes_with_the_right_to_read_it() {
        let table =
            [(429, true), (500, true), (503, true), (504, true), (400, false), (401, false), (403, false)];
        for (code, stays) in table {
            let keys = after(code, &known(), Instant::now());
            assert_eq!(keys.planned == known().planned, stays, "{code}");
            let says = if stays { "for ten minutes at most: no" } else { "opens nothing until it can: no" };
            assert!(keys.problem().unwrap().message.contains(says), "{code}: {keys:?}");
        }
    }

    #[test]
    fn a_key_that_nobody_can_read_ends_after_ten_minutes_however_often_it_is_asked_for() {
        let begun = Instant::now();
        let mut keys = known();
        for minute in 0..10 {
            keys = after(503, &keys, begun + MINUTE * minute);
            assert_eq!(keys.planned, known().planned, "after {minute} minutes");
        }
        for minute in 10..12 {
            keys = after(503, &keys, begun + MINUTE * minute);
            assert_eq!(keys.planned, [], "after {minute} minutes");
        }
        assert!(keys.problem().unwrap().message.contains("opens nothing"), "{keys:?}");
    }

    #[test]
    fn the_ten_minutes_begin_anew_with_each_answer() {
        let begun = Instant::now();
        let down = after(503, &known(), begun);
        assert_eq!(after(503, &down, begun + MINUTE * 10).planned, []);
        assert_eq!(after(503, &known(), begun + MINUTE * 10).planned, known().planned);
    }
}
