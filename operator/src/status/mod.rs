//! What became of the resources → their status and events. The one place where
//! results become conditions (house rule 5).
//!
//! ```text
//! Fate        → stages → ready → of_plugin  → write → events
//! RuntimeFate →                  of_runtime → write → events
//! ```

mod events;
mod fate;
mod news;
mod plugin;
mod ready;
mod report;
mod runtime;
mod said;
mod stages;
mod values;
mod view;
mod write;

pub use events::Events;
pub use fate::Fate;
pub use plugin::of_plugin;
pub use report::{write_orphan, write_plugins, write_runtime, write_runtime_trouble};
pub use runtime::{RuntimeFate, of_runtime};

#[cfg(test)]
mod tests;
