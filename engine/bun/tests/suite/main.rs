//! The engine with the real Bun.

mod bench;
mod isolation;
mod starting;
mod stopping;
