//! Expectation–maximisation, a batch at a time.

use super::{GaussianMixture, MixtureError, Regularisation, Rows, Statistics};

/// Online expectation–maximisation (Cappé & Moulines 2009).
///
/// After batch `t`, counted from 0, `s ← (1 − γ) s + γ s̄(batch)` with `γ = (t + 2)^−κ`, then the M step; `s̄` are the
/// statistics of one row on average. It begins with the statistics whose M step is the first mixture, so that no
/// batch is too small.
///
/// # Example
/// ```
/// use jensen_models::mixture::{Covariance, GaussianMixture, OnlineEm, Regularisation, Rows};
/// let start = GaussianMixture::new(Covariance::Spherical, 1, vec![1.0], vec![0.0], vec![1.0])?;
/// let mut online = OnlineEm::new(start, 0.6, Regularisation::none(1))?;
/// for batch in [[1.0, 3.0], [2.0, 4.0]] {
///     online.update(Rows::new(&batch, 1)?)?;
/// }
/// assert!(online.mixture().means()[0] > 1.0);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineEm {
    mixture: GaussianMixture,
    statistics: Statistics,
    regularisation: Regularisation,
    exponent: f64,
    batches: u64,
}

impl OnlineEm {
    /// From a mixture on.
    ///
    /// # Errors
    /// If the exponent `κ` is not in (½, 1], where the steps sum to infinity and their squares do not.
    pub fn new(
        mixture: GaussianMixture,
        exponent: f64,
        regularisation: Regularisation,
    ) -> Result<Self, MixtureError> {
        Self::check_exponent("exponent", exponent)?;
        let statistics = Statistics::of_mixture(&mixture);
        Ok(Self { mixture, statistics, regularisation, exponent, batches: 0 })
    }

    /// That an exponent, an option of this name, is in (½, 1].
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] if it is not.
    pub fn check_exponent(name: &'static str, exponent: f64) -> Result<(), MixtureError> {
        if exponent > 0.5 && exponent <= 1.0 {
            return Ok(());
        }
        let problem = format!("is {exponent}, but must be above 0.5 and at most 1");
        Err(MixtureError::Parameter { name, problem })
    }

    /// Learns from a batch. Gives its mean log-likelihood before that.
    ///
    /// # Errors
    /// Those of the two steps; [`MixtureError::NoRows`] for a batch without weight. Nothing is learned then.
    pub fn update(&mut self, batch: Rows<'_>) -> Result<f64, MixtureError> {
        let mut seen = Statistics::expect(&self.mixture, batch)?;
        if seen.weight() <= 0.0 {
            return Err(MixtureError::NoRows);
        }
        let log_likelihood = seen.mean_log_likelihood();
        let step = (self.batches as f64 + 2.0).powf(-self.exponent);
        let mut statistics = self.statistics.clone();
        statistics.scale(1.0 - step);
        seen.scale(step / seen.weight());
        statistics.merge(&seen);
        self.mixture = self.mixture.maximise(&statistics, &self.regularisation)?;
        self.statistics = statistics;
        self.batches += 1;
        Ok(log_likelihood)
    }

    /// The same, from another moment on: with the mixture and the statistics after so many batches.
    pub(crate) fn going_on(self, mixture: GaussianMixture, statistics: Statistics, batches: u64) -> Self {
        Self { mixture, statistics, batches, ..self }
    }

    /// The statistics of one row on average, the later batches counting more.
    pub(crate) fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The mixture after the last batch.
    pub fn mixture(&self) -> &GaussianMixture {
        &self.mixture
    }

    /// How many batches have been learned from.
    pub fn batches(&self) -> u64 {
        self.batches
    }
}
