//! How far an axis must reach.

/// A finite, non-empty interval.
pub(super) type Range = (f64, f64);

/// The extent of the finite values; `(0, 1)` if there are none, widened if they are all equal.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Range {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let (low, high) = finite
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    if high - low > 1e-12 * low.abs().max(high.abs()) && high > low {
        return (low, high);
    }
    let half = if low == 0.0 { 1.0 } else { 0.05 * low.abs() };
    (low - half, high + half)
}

/// The extent without outliers: values further than three interquartile ranges from the quartiles are left out
/// (Tukey's "far out"), so that the first epoch does not flatten the rest of a curve. Outliers that fit into
/// twice the remaining length flatten nothing and stay.
pub(super) fn robust_extent(values: impl IntoIterator<Item = f64>) -> Range {
    let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.len() < 5 {
        return extent(sorted);
    }
    let (lower, upper) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
    let reach = 3.0 * (upper - lower);
    if reach <= 0.0 {
        return extent(sorted);
    }
    let all = extent(sorted.iter().copied());
    let kept = extent(sorted.into_iter().filter(|&value| value >= lower - reach && value <= upper + reach));
    if all.1 - all.0 <= 2.0 * (kept.1 - kept.0) { all } else { kept }
}

/// Both ends moved out by a share of the length.
pub(super) fn padded((low, high): Range, share: f64) -> Range {
    let pad = share * (high - low);
    (low - pad, high + pad)
}

/// The value below which a share of the sorted values lies, interpolated.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extent_is_never_empty() {
        assert_eq!(extent([]), (0.0, 1.0));
        assert_eq!(extent([f64::NAN, f64::INFINITY]), (0.0, 1.0));
        assert_eq!(extent([0.0, 0.0]), (-1.0, 1.0));
        assert_eq!(extent([-100.0]), (-105.0, -95.0));
        assert_eq!(extent([3.0, f64::NAN, 1.0]), (1.0, 3.0));
    }

    #[test]
    fn an_outlier_does_not_set_the_range() {
        let curve = [-206.0, -112.0, -106.0, -104.0, -103.0, -102.5, -102.2, -102.0];
        assert_eq!(robust_extent(curve), (-112.0, -102.0));
        assert_eq!(robust_extent([1.0, 1.1, 1.1, 1.2, 1.2, 1.3, 2.0]), (1.0, 1.3));
        assert_eq!(robust_extent([0.0, 1.0, 2.0, 3.0, 4.0, 14.0]).1, 4.0);
        assert_eq!(robust_extent([0.3, 4.0, 4.5, 5.0, 5.5, 8.0]), (0.3, 8.0));
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[1.0], 0.3), 1.0);
    }
}
