//! The suite: what Davit promises, held against real processes.

mod swap;
