//! Who may pass to a plugin: a public route is open, everything else needs a
//! live key or session, whatever that may do in the admin API.

use davit_plugin::plan::PlannedPlugin;
use http::Method;

use super::{Arrival, Caller, Refusal, count_wrong};
use crate::keys::Keys;

/// The gate as one caller finds it.
pub(super) struct Gate<'a> {
    pub(super) keys: &'a Keys,
    pub(super) caller: Caller,
}

impl Gate<'_> {
    /// Lets a request pass, or says what it lacks. Patterns are relative to the base.
    pub(super) fn pass(
        &self,
        plugin: &PlannedPlugin,
        method: &Method,
        arrival: &Arrival,
    ) -> Result<(), Refusal> {
        let (_, rest) = arrival.path.split_base();
        let path = if rest.is_empty() { "/" } else { rest };
        if plugin.public_routes.allow(method.as_str(), path) {
            return Ok(());
        }
        self.known(arrival)?.ok_or_else(|| match self.caller {
            Caller::Wrong => Refusal::unauthorized("INVALID_KEY", "the key is not valid: send a live one"),
            _ => Refusal::unauthorized(
                "AUTH_REQUIRED",
                "this route is not public: send a key as `Authorization: Bearer …` or `X-API-Key`; a session counts for pages of this host and port",
            ),
        })
    }

    /// Lets a request for a path that nobody serves pass to the hooks. To a stranger
    /// there is nothing.
    pub(super) fn pass_nowhere(&self, arrival: &Arrival) -> Result<(), Refusal> {
        self.known(arrival)?.ok_or_else(|| Refusal::not_found(&arrival.path))
    }

    /// None for a stranger. One who sends wrong keys is held up: what passes here and
    /// what does not would tell which key is right.
    fn known(&self, arrival: &Arrival) -> Result<Option<()>, Refusal> {
        match self.caller {
            Caller::Known(_) => Ok(Some(())),
            Caller::Unknown => Ok(None),
            Caller::Wrong | Caller::Foreign => count_wrong(self.keys, arrival.client).map(|()| None),
        }
    }
}
