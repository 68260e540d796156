//! The cluster half: Plugins applied to a real API server are served by every
//! replica.

mod applied;
mod failpoints;
mod faults;
mod hanging;
mod harness;
mod restarts;
mod under_load;
mod validation;
