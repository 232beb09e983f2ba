//! Draws: of a choice by weight, and of a mixture.

use faer::MatRef;
use jensen_random::Rng;

use super::GaussianMixture;
use super::cholesky::cholesky;

/// A choice in proportion to weights.
pub(crate) struct Choice {
    cumulative: Vec<f64>,
    sum: f64,
}

impl Choice {
    /// `None` if nothing has a positive weight.
    pub fn new(weights: impl Iterator<Item = f64>) -> Option<Self> {
        let running = |sum: &mut f64, weight: f64| {
            *sum += weight;
            Some(*sum)
        };
        let cumulative: Vec<_> = weights.scan(0.0, running).collect();
        let sum = cumulative.last().copied().unwrap_or(0.0);
        (sum > 0.0).then_some(Self { cumulative, sum })
    }

    /// What is chosen at `index` of the stream, with 53 random bits. Nothing of weight zero ever is.
    pub fn draw(&self, rng: &Rng, index: u64) -> usize {
        let steps = 1_u64 << f64::MANTISSA_DIGITS;
        let mark = rng.below(index, steps) as f64 / steps as f64 * self.sum;
        // Rounding can bring the mark up to the sum itself.
        let last = self.cumulative.partition_point(|&sum| sum < self.sum);
        self.cumulative.partition_point(|&sum| sum <= mark).min(last)
    }
}

/// Rows of a mixture with the component of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// `[rows, columns]`, row-major.
    pub values: Vec<f64>,
    /// The component that each row came from.
    pub components: Vec<usize>,
}

impl GaussianMixture {
    /// `rows` draws. Row `r` is draw `r` of the stream however many are drawn.
    ///
    /// # Panics
    /// Never: a mixture has been checked.
    ///
    /// # Example
    /// ```
    /// # use jensen_models::mixture::{Covariance, GaussianMixture};
    /// use jensen_random::Rng;
    /// # let mixture = GaussianMixture::new(
    /// #     Covariance::Spherical, 1, vec![0.5, 0.5], vec![0.0, 9.0], vec![1.0, 1.0])?;
    /// let draws = mixture.sample(&Rng::seed(1).fork("samples"), 100);
    /// assert_eq!(draws.values.len(), 100 * mixture.columns());
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn sample(&self, rng: &Rng, rows: usize) -> Draws {
        let choice = Choice::new(self.weights().iter().copied()).expect("weights that sum to one");
        let chooser = rng.fork("component").without_rows();
        let components: Vec<_> = (0..rows).map(|row| choice.draw(&chooser, row as u64)).collect();
        Draws { values: self.draw_of(&components, rng), components }
    }

    /// A row of each of these components.
    pub(crate) fn draw_of(&self, components: &[usize], rng: &Rng) -> Vec<f64> {
        let d = self.columns();
        let noise = rng.fork("noise").without_rows().normals(components.len(), d);
        let matrices = self.log_dets.len();
        let factors: Vec<_> = (0..matrices)
            .filter(|_| self.covariance().is_dense())
            .map(|k| {
                let matrix = MatRef::from_row_major_slice(self.covariance_of(k), d, d);
                cholesky(matrix).expect("a covariance that was factored before")
            })
            .collect();
        let mut values = Vec::with_capacity(noise.len());
        for (&k, noise) in components.iter().zip(noise.chunks_exact(d)) {
            let mean = self.mean(k);
            values.extend((0..d).map(|i| match factors.get(k.min(matrices - 1)) {
                Some(factor) => (0..=i).fold(mean[i], |sum, j| sum + factor[(i, j)] * f64::from(noise[j])),
                None => mean[i] + f64::from(noise[i]) / self.whitenings[k * d + i],
            }));
        }
        values
    }
}
