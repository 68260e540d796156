//! Serves plugins: a request in, a response out; a plan in, a snapshot out.

pub mod admin;
pub mod assemble;
pub mod control;
mod data;
pub mod directories;
pub mod dispatch;
pub mod keys;
pub mod listen;
pub mod meter;
pub mod metrics;
pub mod options;
pub mod plugin_logs;
pub mod runtime;
mod silence;
pub mod volume;

pub use davit_logs as logs;
