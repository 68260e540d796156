//! The end of what is prepared and warm: by a call, or because nobody comes back
//! for it.

use davit_plugin::control::{Fence, Refusal};

use super::driver::Driver;

impl Driver {
    /// Ends what is prepared and what is warm, with `onShutdown`.
    pub(super) fn abort(&mut self, fence: Fence) -> Result<(), Refusal> {
        let seen = self.standing.borrow().seen.reach(fence)?;
        self.standing.send_modify(|standing| {
            standing.seen = seen;
            standing.proposal = None;
            standing.warm.clear();
        });
        self.expires = None;
        self.retire_the_rest();
        Ok(())
    }

    /// The same when the time of the last prepare is over.
    pub(super) fn expire(&mut self) {
        self.expires = None;
        let standing = self.standing();
        if standing.proposal.is_some() || !standing.warm.is_empty() {
            tracing::warn!("nobody came back for what was prepared: it ends");
            let _never_stale = self.abort(standing.seen.fence);
        }
    }
}
