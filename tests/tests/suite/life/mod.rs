//! Groups and processes from their start to their end.

mod groups;
mod options;
mod shutdown;
