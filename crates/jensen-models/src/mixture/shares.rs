//! Numbers that are shares of one: the probabilities of a choice.

/// How far their sum may be from one.
const SUM_TOLERANCE: f64 = 1e-6;

/// What is wrong with numbers that are to be shares of one.
pub(crate) fn not_shares(numbers: &[f64]) -> Option<String> {
    let sum: f64 = numbers.iter().sum();
    // A number that is none makes the sum none, which is no distance from one.
    let near_one = (sum - 1.0).abs() <= SUM_TOLERANCE;
    let negative = numbers.iter().any(|&number| number < 0.0);
    (negative || !near_one).then(|| format!("must be zero or more and sum to one, not to {sum}"))
}

/// Sets shares to what each count is of their sum; without counts they stay.
pub(crate) fn set_shares(shares: &mut [f64], counts: impl Iterator<Item = f64> + Clone) {
    let sum: f64 = counts.clone().sum();
    // Below the normal numbers a quotient has few digits, and the shares would not sum to one.
    if sum >= f64::MIN_POSITIVE / f64::EPSILON {
        shares.iter_mut().zip(counts).for_each(|(share, count)| *share = count / sum);
    }
}
