//! Who may pass to a plugin: a public route is open, everything else needs a
//! live key.

use davit_plugin::plan::PlannedPlugin;
use http::Method;

use super::{Arrival, Caller, Refusal};

/// Lets a request pass, or says what it lacks. Patterns are relative to the base.
pub(super) fn pass(
    plugin: &PlannedPlugin,
    method: &Method,
    arrival: &Arrival,
    caller: &Caller,
) -> Result<(), Refusal> {
    let (_, rest) = arrival.path.split_base();
    let path = if rest.is_empty() { "/" } else { rest };
    if plugin.public_routes.allow(method.as_str(), path) {
        return Ok(());
    }
    known(caller)
}

/// Lets a request for a path that nobody serves pass to the hooks. To a stranger
/// there is nothing.
pub(super) fn pass_nowhere(arrival: &Arrival, caller: &Caller) -> Result<(), Refusal> {
    known(caller).map_err(|_| Refusal::not_found(&arrival.path))
}

fn known(caller: &Caller) -> Result<(), Refusal> {
    match caller {
        Caller::Known(_) => Ok(()),
        Caller::Wrong => Err(Refusal::unauthorized("INVALID_KEY", "the key is not valid: send a live one")),
        Caller::Unknown => Err(Refusal::unauthorized(
            "AUTH_REQUIRED",
            "this route is not public: send a key as `Authorization: Bearer …` or `X-API-Key`",
        )),
    }
}
