//! Groups and processes from their start to their end.

mod connections;
mod groups;
mod options;
mod shutdown;
