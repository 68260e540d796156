//! The task that owns what a managed runtime serves and has prepared: one call
//! after the other, and between them what time brings.

use std::sync::Arc;
use std::time::Duration;

use davit_plugin::Digest;
use davit_plugin::control::{CommitRequest, Fence, Refusal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::prepare::Wish;
use super::refusals::{broken, of_volume};
use super::standing::Standing;
use crate::assemble::Assembler;
use crate::keys::Keys;
use crate::listen::Phase;
use crate::volume::Packages;

/// Packages that no plan names stay for so long: they may be on their way into
/// one.
const UNNAMED: Duration = Duration::from_mins(10);
/// How often packages are looked over, beside after each commit.
const LOOK_OVER: Duration = Duration::from_mins(1);

pub(super) type Reply = oneshot::Sender<Result<(), Refusal>>;

/// What the task is asked for.
pub(super) enum Ask {
    Prepare(Wish, Reply),
    Commit(CommitRequest, Reply),
    Abort(Fence, Reply),
}

/// What the task owns.
pub(super) struct Driver {
    pub(super) assembler: Arc<Assembler>,
    pub(super) packages: Arc<Packages>,
    /// The admin API's, which are those of the plan that serves.
    pub(super) keys: Arc<Keys>,
    pub(super) standing: watch::Sender<Standing>,
    /// When what is prepared ends by itself.
    pub(super) expires: Option<Instant>,
}

impl Driver {
    /// Until the process is told to end, also in the middle of a call. Tells when
    /// the plan on the volume serves again.
    pub(super) async fn run(
        mut self,
        asks: mpsc::Receiver<Ask>,
        restored: watch::Sender<bool>,
        mut phase: watch::Receiver<Phase>,
    ) {
        tokio::select! {
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => {}
            () = self.drive(asks, restored) => {}
        }
    }

    async fn drive(&mut self, mut asks: mpsc::Receiver<Ask>, restored: watch::Sender<bool>) {
        self.restore().await;
        restored.send_replace(true);
        let mut changes = self.assembler.changes();
        let mut look_over = interval(LOOK_OVER);
        look_over.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let expires = self.expires;
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.answer(ask).await,
                    None => return,
                },
                Ok(()) = changes.changed() => self.assembler.heal().await,
                () = sleep_until(expires.unwrap_or_else(Instant::now)), if expires.is_some() => self.expire(),
                _ = look_over.tick() => self.collect().await,
            }
        }
    }

    async fn answer(&mut self, ask: Ask) {
        let (result, reply, look_over) = match ask {
            Ask::Prepare(wish, reply) => (self.prepare(wish).await, reply, false),
            Ask::Commit(request, reply) => (self.commit(request).await, reply, true),
            Ask::Abort(fence, reply) => (self.abort(fence), reply, false),
        };
        let _nobody_waits = reply.send(result);
        if look_over {
            self.collect().await;
        }
    }

    /// Where the runtime stands now.
    pub(super) fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Ends every group that neither serves, nor is prepared, nor is warm.
    pub(super) fn retire_the_rest(&self) {
        let mut keys = self.assembler.current().keys();
        keys.extend(self.standing.borrow().held_groups());
        self.assembler.retain(&keys);
    }

    /// Verifies and unpacks packages that are on the volume; those that are not.
    pub(super) async fn provide(&self, digests: Vec<Digest>) -> Result<Vec<Digest>, Refusal> {
        let packages = self.packages.clone();
        let provided = tokio::task::spawn_blocking(move || {
            let mut missing = Vec::new();
            for digest in digests {
                if !packages.provide(&digest)? {
                    missing.push(digest);
                }
            }
            Ok(missing)
        });
        provided.await.map_err(|error| broken(&error))?.map_err(|error| of_volume(&error))
    }

    async fn collect(&self) {
        let (packages, named) = (self.packages.clone(), self.standing.borrow().named_packages());
        let collected = tokio::task::spawn_blocking(move || packages.collect(&named, UNNAMED)).await;
        if let Err(error) = collected {
            tracing::error!(%error, "cannot look over the packages");
        }
    }
}
