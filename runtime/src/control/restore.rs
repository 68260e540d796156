//! In: the plan on the volume. Out: it serves again, though some of its plugins
//! may still be starting, or lack their package.

use std::sync::Arc;

use super::driver::Driver;
use super::fence::Seen;
use super::standing::{Committed, Standing, digests};

impl Driver {
    /// Done before the control port answers.
    pub(super) async fn restore(&mut self) {
        let packages = self.packages.clone();
        let read = tokio::task::spawn_blocking(move || packages.read_plan()).await;
        let Some(whole) = read.unwrap_or_default() else {
            tracing::info!("no plan on the volume: waiting for one from the operator");
            return;
        };
        match self.provide(digests(&whole.plan).collect()).await {
            Ok(missing) if missing.is_empty() => {}
            Ok(missing) => tracing::error!(?missing, "packages of the plan are not on the volume"),
            Err(refusal) => tracing::error!(%refusal, "not all packages of the plan can be used"),
        }
        let (plan, digest, fence) = (Arc::new(whole.plan.clone()), whole.plan.digest(), whole.fence);
        self.keys.take_managed(&plan.keys);
        self.assembler.swap(self.assembler.start(plan).await.degraded());
        tracing::info!(plan = %digest, %fence, "serving the plan on the volume");
        self.standing.send_replace(Standing {
            seen: Seen { fence, plan: Some(digest) },
            committed: Some(Committed { digest, whole: Arc::new(whole) }),
            ..Standing::default()
        });
    }
}
