//! Who sends a package: his key must still count when it takes its place.

use std::time::Duration;

use crate::dispatch::Refusal;
use crate::keys::{Keys, Principal};

/// How often that is looked at while the package comes.
const LOOK: Duration = Duration::from_secs(1);

/// Who sends a package.
pub(super) struct Sender<'a> {
    pub(super) keys: &'a Keys,
    /// Whom the guard has let in.
    pub(super) principal: Option<&'a Principal>,
}

impl Sender<'_> {
    /// Whether the key still counts.
    pub(super) fn still(&self) -> Result<(), Refusal> {
        let still = self.principal.is_some_and(|principal| self.keys.still(principal));
        still.then_some(()).ok_or_else(|| Refusal::unauthorized("INVALID_KEY", "Unauthorized"))
    }

    /// Waits until it does not.
    pub(super) async fn revoked(&self) -> Refusal {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(refused) = self.still() {
                return refused;
            }
        }
    }
}
