//! Talks to the control ports of the replicas.
//!
//! ```text
//! Pod + Credentials → dial → Replica → state, plan, package, put, prepare, commit, abort
//! ```
//!
//! Both sides prove who they are: the operator with its client certificate, the
//! replica with one of the same authority that names its PluginRuntime. All
//! replicas of a PluginRuntime share that one, and addresses are given to other
//! pods in time, so each answer also names the pod that gave it.

mod address;
mod answer;
mod client;
mod error;
mod pool;
mod replica;

pub use error::ReplicaError;
pub use pool::Replicas;
pub use replica::Replica;

#[cfg(test)]
mod tests;
