//! What is counted of one plugin. A request finds its plugin's meter in the snapshot
//! that serves it, so that counting costs no lookup and no label.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use davit_plugin::PluginName;
use http::StatusCode;
use prometheus_client::metrics::histogram::Histogram;

/// Upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// The least status (RFC 9110 §15).
const FIRST: u16 = 100;
const STATUSES: usize = 500;

/// Counts the requests of one plugin, or those that are for none.
pub struct Meter {
    plugin: Option<PluginName>,
    statuses: [AtomicU64; STATUSES],
    errors: Mutex<BTreeMap<&'static str, u64>>,
    in_flight: AtomicU64,
    /// How long it took until the response's head was there, in seconds.
    pub durations: Histogram,
}

impl Default for Meter {
    /// A meter of what is for no plugin.
    fn default() -> Self {
        Self {
            plugin: None,
            statuses: [const { AtomicU64::new(0) }; STATUSES],
            errors: Mutex::default(),
            in_flight: AtomicU64::new(0),
            durations: Histogram::new(BUCKETS),
        }
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}

impl Meter {
    /// A meter of this plugin.
    pub fn of(plugin: PluginName) -> Self {
        Self { plugin: Some(plugin), ..Self::default() }
    }

    /// The plugin.
    pub fn plugin(&self) -> Option<&PluginName> {
        self.plugin.as_ref()
    }

    /// The plugin's name as a label; empty for none.
    pub fn label(&self) -> &str {
        self.plugin.as_ref().map_or("", PluginName::as_str)
    }

    /// Counts an answered request. `code` is that of the refusal, if it was refused.
    pub fn answered(&self, status: StatusCode, took: Duration, code: Option<&'static str>) {
        let index = usize::from(status.as_u16().saturating_sub(FIRST)).min(STATUSES - 1);
        self.statuses[index].fetch_add(1, Ordering::Relaxed);
        self.durations.observe(took.as_secs_f64());
        if status.is_server_error() {
            let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
            *errors.entry(code.unwrap_or("RESPONSE")).or_default() += 1;
        }
    }

    /// How many requests were answered with each status that there was.
    pub fn statuses(&self) -> impl Iterator<Item = (u16, u64)> {
        let counts = (FIRST..).zip(self.statuses.iter().map(|count| count.load(Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0)
    }

    /// How many requests were answered with a 5xx, by its code.
    pub fn errors(&self) -> BTreeMap<&'static str, u64> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests its code is answering.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }
}

/// A request that a plugin's code is answering; counted until this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Meter>);

impl InFlight {
    pub(crate) fn of(meter: &Arc<Meter>) -> Self {
        meter.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(meter.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_counted_and_a_5xx_by_its_code_too() {
        let meter = Meter::default();
        let table = [(200, None), (200, None), (404, None), (503, Some("X")), (500, None), (999, None)];
        for (status, code) in table {
            meter.answered(StatusCode::from_u16(status).unwrap(), Duration::from_millis(3), code);
        }
        let statuses: Vec<_> = meter.statuses().collect();
        assert_eq!(statuses, [(200, 2), (404, 1), (500, 1), (503, 1), (599, 1)]);
        assert_eq!(meter.errors(), [("X", 1), ("RESPONSE", 1)].into());
    }

    #[test]
    fn a_request_is_in_flight_until_it_is_over() {
        let meter = Arc::new(Meter::default());
        let (one, other) = (InFlight::of(&meter), InFlight::of(&meter));
        assert_eq!(meter.in_flight(), 2);
        drop(one);
        assert_eq!(meter.in_flight(), 1);
        drop(other);
        assert_eq!(meter.in_flight(), 0);
    }
}
