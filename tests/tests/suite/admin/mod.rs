//! The admin API.

mod answers;
mod guard;
mod loopback;
mod refusals;
