//! What metrics show of a managed runtime.

use std::sync::atomic::AtomicU64;

use davit_plugin::control::Fence;
use davit_plugin::plan::PluginState;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Control;

impl Control {
    /// Reads them now, for one answer.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let Fence { epoch, sequence } =
            self.standing.borrow().committed.as_ref().map_or_else(Fence::default, |plan| plan.whole.fence);
        let mut gauge = |name: &str, help: &str, value: u64| {
            let gauge = Gauge::<u64, AtomicU64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        gauge("plan_fence_epoch", "Epoch of the plan that serves", epoch);
        gauge("plan_fence_sequence", "Sequence of the plan that serves, in its epoch", sequence);
        gauge("packages_held", "Packages on the volume", self.packages.list().len() as u64);
        gauge("plugins_degraded", "Plugins of the plan that do not run here", self.degraded());
    }

    fn degraded(&self) -> u64 {
        self.reports().iter().filter(|report| matches!(report.state, PluginState::Degraded(_))).count() as u64
    }
}
