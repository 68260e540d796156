//! The parts of the harness that the rows rest on.

mod pods;
mod registry;
