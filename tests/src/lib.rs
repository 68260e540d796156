//! The suite's harness: real processes on loopback, plugins in temporary folders,
//! and conditions that are waited for with a deadline.
//!
//! ```text
//! Plugins (folders on disk) → Server (davit-runtime or davit dev) → requests, logs, metrics, memory
//! Plugins → cluster::World (control plane, registry, operator, pods) → conditions, requests, logs
//! ```

pub mod alone;
pub mod client;
pub mod cluster;
pub mod connection;
pub mod folder;
pub mod load;
pub mod logs;
pub mod memory;
pub mod process;
pub mod programs;
pub mod raw;
mod report;
pub mod server;
pub mod wait;

pub use folder::{Folder, Plugins};
pub use report::report;
pub use server::Server;
pub use wait::{PATIENCE, until};
