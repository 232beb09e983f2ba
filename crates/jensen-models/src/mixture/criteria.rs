//! What a likelihood costs in parameters.

use serde::{Deserialize, Serialize};

/// What weighs the likelihood of rows against the parameters that it took, in nats, twice; less is better.
///
/// Criteria of different models are comparable on the same rows, which both have learned from.
///
/// # Example
/// ```
/// use jensen_models::mixture::{Covariance, GaussianMixture, InformationCriteria, Rows};
/// let mixture = GaussianMixture::new(Covariance::Full, 1, vec![1.0], vec![0.0], vec![1.0])?;
/// let log_likelihood = mixture.log_prob(Rows::new(&[-1.0, 1.0], 1)?)?.iter().sum();
/// let criteria = InformationCriteria::new(log_likelihood, 2.0, mixture.free_parameters());
/// assert!((criteria.aic - (4.0 - 2.0 * log_likelihood)).abs() < 1e-12);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct InformationCriteria {
    /// Of Schwarz (1978): `p ln n − 2 Σ log p(x)`.
    pub bic: f64,
    /// Of Akaike (1974): `2 p − 2 Σ log p(x)`.
    pub aic: f64,
    /// How many parameters are free, `p`.
    pub parameters: usize,
}

impl InformationCriteria {
    /// Of a log-likelihood `Σ log p(x)` of rows that weigh `weight` together, `n` (of sequences, all their steps), under a model of so many free
    /// parameters.
    pub fn new(log_likelihood: f64, weight: f64, parameters: usize) -> Self {
        let (p, twice) = (parameters as f64, 2.0 * log_likelihood);
        Self { bic: p * weight.ln() - twice, aic: 2.0 * p - twice, parameters }
    }
}
