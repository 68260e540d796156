//! Percentiles of times.

use std::time::Duration;

/// The value that a share of `of` (0 to 1) of the values do not exceed, by nearest
/// rank, in milliseconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(crate) fn percentile(times: &[Duration], of: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (of * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
