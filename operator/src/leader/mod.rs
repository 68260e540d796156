//! Who acts: the holder of the Lease, with a fence that keeps earlier ones out.

mod epoch;
mod lease;
mod observed;

pub use epoch::{EpochError, next_epoch};
pub use lease::Lease;
