//! What the contract says of one cell of the table.

use super::callers::{Caller, Standing};
use super::calls::Call;
use super::kinds::Kind;

/// Where the runtime runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `davit-runtime`, asked by whomever.
    Anywhere,
    /// `davit dev`, asked by a program at the same machine.
    Laptop,
}

/// An answer, as far as the table tells it: the status, and the code of a refusal.
pub(super) type Verdict = (u16, Option<&'static str>);

/// Who somebody is comes first, then where the request comes from, then what he may.
pub(super) fn verdict(place: Place, call: &Call, kind: &Kind, caller: &Caller) -> Verdict {
    let done = match call.path {
        // Its author works in that folder.
        "/plugins/upload" | "/plugins/sent" if place == Place::Laptop => (409, Some("FOLDER_FOLLOWED")),
        _ => (call.done, None),
    };
    let may = |permission: &str, held: &[&str]| held.iter().any(|one| permission.starts_with(one));
    match (call.permission, &caller.standing) {
        (Some(_), Standing::Stranger) if place == Place::Laptop && kind.lines.is_empty() => done,
        (Some(_), Standing::Stranger) => (401, Some("AUTH_REQUIRED")),
        (Some(_), Standing::Wrong) => (401, Some("INVALID_KEY")),
        _ if !kind.same => (403, Some("ORIGIN_MISMATCH")),
        (Some(permission), Standing::May(held)) if !may(permission, held) => (403, Some("PERMISSION_DENIED")),
        _ => done,
    }
}
