//! The suite: what Davit promises, held against real processes.

mod access;
mod admin;
mod chart;
mod cluster;
mod dev;
mod faults;
mod gitops;
mod images;
mod life;
mod serving;
mod streaming;
mod swap;
