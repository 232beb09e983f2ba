//! What the states of a chain emit.

use std::fmt::Debug;

use jensen_random::Rng;

use super::HmmError;
use crate::mixture::Rows;

/// A distribution over rows for each state, which can be learned from rows whose states are known by probability.
pub trait Emissions: Clone + Debug + PartialEq + Send + Sync {
    /// What the M step needs of the rows.
    type Statistics: Clone + Debug + PartialEq + Send;

    /// What the M step is told besides: what keeps parameters from the ends where the likelihood has no maximum.
    type Regularisation: ?Sized;

    /// How many states there are.
    fn states(&self) -> usize;

    /// `log p(x | state)`, `[rows, states]`, over the values that are not missing; zero for a row that is missing
    /// altogether.
    ///
    /// # Errors
    /// If the rows are not of these emissions.
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, HmmError>;

    /// The statistics of no rows.
    fn no_rows(&self) -> Self::Statistics;

    /// Adds rows of which the states have the probabilities `posterior`, `[rows, states]`, times the weights of their
    /// sequences.
    ///
    /// # Errors
    /// If the rows are not of these emissions.
    fn absorb(
        &self,
        statistics: &mut Self::Statistics,
        rows: Rows<'_>,
        posterior: &[f64],
    ) -> Result<(), HmmError>;

    /// Adds the statistics of further rows to those of `all` before.
    ///
    /// # Panics
    /// If they are not of the same shape.
    fn merge(all: &mut Self::Statistics, part: &Self::Statistics);

    /// The emissions that are best for the statistics. A state without rows keeps what it had.
    ///
    /// # Errors
    /// If parameters come to an end of their range.
    fn maximise(
        &self,
        statistics: &Self::Statistics,
        regularisation: &Self::Regularisation,
    ) -> Result<Self, HmmError>;

    /// What the M step maximises besides the expected log-likelihood: the logarithm of the regularisation's prior at
    /// these emissions, but for a constant, in nats. Zero where the regularisation is no prior.
    fn log_prior(&self, _: &Self::Regularisation) -> f64 {
        0.0
    }

    /// How many numbers are free.
    fn free_parameters(&self) -> usize;

    /// A row for each state of a path, `[states, columns]`.
    fn draw(&self, states: &[usize], rng: &Rng) -> Vec<f64>;
}
