//! The suite: what Davit promises, held against real processes.

mod access;
mod admin;
mod cluster;
mod dev;
mod faults;
mod life;
mod serving;
mod streaming;
mod swap;
