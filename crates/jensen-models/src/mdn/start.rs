//! Where the components begin.

/// Means and deviations of components before anything is known of `x`.
///
/// If all began alike they would share every example equally, have nearly equal gradients, and the first to get
/// ahead would take all examples: the others would end with a weight near zero. So the targets are put in order, along the
/// direction in which they vary most where they have several dimensions, and cut into equally large groups: the mean
/// of each is where a component begins. Each then answers for its share of the examples at the first step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Start {
    /// `[K, dims]`
    pub means: Vec<f64>,
    /// The deviation within the groups of each dimension, at least a tenth of what the model sees as its unit.
    pub deviations: Vec<f64>,
}

/// The least deviation of a beginning: a narrower one is a spike that the first steps cannot move.
const LEAST_DEVIATION: f64 = 0.1;

/// Multiplications by the covariance; any direction of much variance will do.
const ITERATIONS: usize = 50;

impl Start {
    /// Of rows of `dims` numbers.
    pub(super) fn of(targets: &[f32], dims: usize, components: usize) -> Self {
        assert!(targets.len().is_multiple_of(dims), "targets are rows of {dims}");
        let rows: Vec<Vec<f64>> =
            targets.chunks_exact(dims).map(|row| row.iter().copied().map(f64::from).collect()).collect();
        if rows.is_empty() {
            return Self { means: vec![0.0; components * dims], deviations: vec![1.0; dims] };
        }
        let direction = principal_direction(&rows);
        let along = |row: &[f64]| -> f64 { row.iter().zip(&direction).map(|(value, d)| value * d).sum() };
        let mut ordered: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        ordered.sort_by(|a, b| along(a).total_cmp(&along(b)));

        let n = ordered.len();
        let (mut means, mut squares) = (Vec::with_capacity(components * dims), vec![0.0; dims]);
        for k in 0..components {
            let first = k * n / components;
            let group = &ordered[first..((k + 1) * n / components).max(first + 1)];
            let mean = mean(group);
            for row in group {
                for ((square, value), mean) in squares.iter_mut().zip(*row).zip(&mean) {
                    *square += (value - mean).powi(2);
                }
            }
            means.extend(mean);
        }
        let deviation = |square: f64| (square / n as f64).sqrt().max(LEAST_DEVIATION);
        Self { means, deviations: squares.into_iter().map(deviation).collect() }
    }
}

fn mean(rows: &[&[f64]]) -> Vec<f64> {
    let mut sum = vec![0.0; rows[0].len()];
    for row in rows {
        sum.iter_mut().zip(*row).for_each(|(sum, value)| *sum += value);
    }
    sum.iter().map(|sum| sum / rows.len() as f64).collect()
}

/// The direction of greatest variance, by the power method, from the dimension that varies most.
fn principal_direction(rows: &[Vec<f64>]) -> Vec<f64> {
    let dims = rows[0].len();
    let mean = mean(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut covariance = vec![0.0; dims * dims];
    for row in rows {
        for i in 0..dims {
            for j in 0..dims {
                covariance[i * dims + j] += (row[i] - mean[i]) * (row[j] - mean[j]) / rows.len() as f64;
            }
        }
    }
    let largest =
        (0..dims).max_by(|&i, &j| covariance[i * (dims + 1)].total_cmp(&covariance[j * (dims + 1)]));
    let mut direction = vec![0.0; dims];
    direction[largest.unwrap_or(0)] = 1.0;
    for _ in 0..ITERATIONS {
        let next: Vec<f64> = covariance
            .chunks_exact(dims)
            .map(|row| row.iter().zip(&direction).map(|(c, d)| c * d).sum())
            .collect();
        let norm = next.iter().map(|value: &f64| value * value).sum::<f64>().sqrt();
        if norm == 0.0 {
            break;
        }
        direction = next.iter().map(|value| value / norm).collect();
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_begin_at_the_means_of_equal_groups() {
        let start = Start::of(&[3.0, -1.0, 0.0, -2.0, 5.0, 4.0], 1, 3);
        assert_eq!(start.means, [-1.5, 1.5, 4.5]);
        let deviation = ((2.0 * 0.25 + 2.0 * 2.25 + 2.0 * 0.25) / 6.0_f64).sqrt();
        assert!((start.deviations[0] - deviation).abs() < 1e-12);
    }

    #[test]
    fn the_order_is_along_the_direction_of_greatest_variance() {
        // Along (1, −1): neither dimension alone has more variance than the other.
        let rows = [2.0, -2.1, -1.0, 1.1, 1.0, -0.9, -2.0, 1.9];
        let start = Start::of(&rows, 2, 2);
        let expected = [[-1.5, 1.5], [1.5, -1.5]].concat();
        let reversed = [[1.5, -1.5], [-1.5, 1.5]].concat();
        let is_near = |other: &[f64]| start.means.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(is_near(&expected) || is_near(&reversed), "{:?}", start.means);
    }

    #[test]
    fn fewer_targets_than_components_and_constant_targets_give_numbers() {
        assert_eq!(Start::of(&[1.0, 2.0], 1, 4).means, [1.0, 1.0, 2.0, 2.0]);
        assert_eq!(Start::of(&[3.0; 8], 1, 2), Start { means: vec![3.0; 2], deviations: vec![0.1] });
        assert_eq!(Start::of(&[], 2, 1), Start { means: vec![0.0; 2], deviations: vec![1.0; 2] });
    }
}
