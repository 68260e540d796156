//! Metrics of one runtime, as Prometheus reads them.
//!
//! ```text
//! meters of the plan's plugins + groups and their processes + the control port → /metrics
//! ```

mod groups;
mod page;
mod plugins;
mod process;

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::assemble::Assembler;
use crate::control::Control;
use crate::meter::Meter;

pub use page::Page;

use groups::Groups;
use plugins::Plugins;

/// What is counted beside the plugins' own meters. Groups are read when somebody asks.
#[derive(Default)]
pub struct Metrics {
    nobodys: Arc<Meter>,
    calls: Family<CallLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    call: &'static str,
    status: u16,
}

impl Metrics {
    /// The meter of requests that are for no plugin, such as those for Davit's own
    /// paths.
    pub fn nobodys(&self) -> &Arc<Meter> {
        &self.nobodys
    }

    /// Counts an answered call of the control port.
    pub fn called(&self, call: &'static str, status: StatusCode) {
        self.calls.get_or_create(&CallLabels { call, status: status.as_u16() }).inc();
    }

    /// The text that `/metrics` answers with. Reads the groups' processes from disk.
    pub fn encode(&self, assembler: &Assembler, control: Option<&Control>) -> Result<String, fmt::Error> {
        let mut registry = Registry::with_prefix("davit");
        registry.register_collector(Box::new(Plugins::of(assembler, self.nobodys.clone())));
        Groups::read(assembler).register(&mut registry);
        if let Some(control) = control {
            registry.register("control_calls", "Answered calls of the control port", self.calls.clone());
            control.register(&mut registry);
        }
        let mut out = String::new();
        text::encode(&mut out, &registry)?;
        Ok(out)
    }
}
