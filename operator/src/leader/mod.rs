//! Who acts: the holder of the Lease, with a fence that keeps earlier ones out.

mod epoch;

pub use epoch::{EpochError, next_epoch};
