//! The cluster half: Plugins applied to a real API server are served by every
//! replica.

mod applied;
mod environment;
mod epochs;
mod failpoints;
mod faults;
mod fleet;
mod hanging;
mod harness;
mod install_crds;
mod keys;
mod operator;
mod pod_template;
mod push;
mod refusals;
mod restarts;
mod rights;
mod sources;
mod under_load;
mod validation;
