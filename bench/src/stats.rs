//! Medians and percentiles.

/// The value that a share of `of` (0 to 1) of the values do not exceed, by
/// nearest rank; 0 without values.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, of: f64) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (of * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
}

/// The middle value; the lower one of two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_nearest_rank() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert!((median(values) - 2.0).abs() < f64::EPSILON);
        assert!((percentile(values, 0.99) - 4.0).abs() < f64::EPSILON);
        assert!((percentile(values, 0.0) - 1.0).abs() < f64::EPSILON);
        assert!(percentile([], 0.5).abs() < f64::EPSILON);
    }
}
