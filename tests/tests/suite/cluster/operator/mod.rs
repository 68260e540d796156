//! The operator as a process: how it starts, stands by, leads and ends.

mod leads;
mod looks_after;
mod tells;
mod waits;
