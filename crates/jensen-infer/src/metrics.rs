//! Sums over examples that add up over batches, in f64.

use std::collections::BTreeMap;

/// Sums over the examples of a split, scalar and per latent dimension.
///
/// Sums and not means, so that batches of different size merge exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    examples: usize,
    /// What they count as together.
    weight: f64,
    sums: BTreeMap<&'static str, f64>,
    per_dim: BTreeMap<&'static str, Vec<f64>>,
}

impl Metrics {
    /// No sums yet over `examples` examples.
    pub fn new(examples: usize) -> Self {
        Self { examples, weight: examples as f64, ..Self::default() }
    }

    /// The same, where the examples count as `weight` together: sums are of numbers times weights.
    pub fn with_weight(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    /// Adds a sum over the examples.
    pub fn with_sum(mut self, name: &'static str, sum: f64) -> Self {
        *self.sums.entry(name).or_default() += sum;
        self
    }

    /// Adds a sum over the examples for each latent dimension.
    pub fn with_sum_per_dim(mut self, name: &'static str, sums: Vec<f64>) -> Self {
        self.per_dim.insert(name, sums);
        self
    }

    /// Adds the sums of further examples.
    ///
    /// # Panics
    /// If a per-dimension sum has another length.
    pub fn merge(&mut self, other: Self) {
        self.examples += other.examples;
        self.weight += other.weight;
        for (name, sum) in other.sums {
            *self.sums.entry(name).or_default() += sum;
        }
        for (name, sums) in other.per_dim {
            let own = self.per_dim.entry(name).or_insert_with(|| vec![0.0; sums.len()]);
            assert_eq!(own.len(), sums.len(), "{name} has another number of dimensions");
            for (own, sum) in own.iter_mut().zip(sums) {
                *own += sum;
            }
        }
    }

    /// What the examples count as together: as many as they are, unless they have weights.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// How many examples were summed.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The mean over examples of a scalar, if it was measured.
    pub fn mean(&self, name: &str) -> Option<f64> {
        self.sums.get(name).map(|sum| sum / self.weight)
    }

    /// The mean over examples of each latent dimension, if it was measured.
    pub fn mean_per_dim(&self, name: &str) -> Option<Vec<f64>> {
        let n = self.weight;
        self.per_dim.get(name).map(|sums| sums.iter().map(|sum| sum / n).collect())
    }

    /// Every scalar with its mean, by name.
    pub fn means(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.sums.iter().map(|(name, sum)| (*name, sum / self.weight))
    }
}
