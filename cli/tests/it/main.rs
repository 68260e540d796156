//! The commands, run on real folders with the real Bun.

mod build;
mod check;
mod examples;
mod new;
mod pack;
mod support;
