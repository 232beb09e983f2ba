//! Rows that were not seen.

use super::BayesianMixture;
use crate::mixture::components::Components;
use crate::mixture::density::Weighted;
use crate::mixture::family::{Family, Tails};
use crate::mixture::{Covariance, MixtureError, Rows};

impl BayesianMixture {
    /// `log E[p(x | π, μ, Λ)]` of each row over the posterior and the values that are there: a mixture of Student's
    /// t, which have `ν + 1 − p` degrees of freedom and the squared scales `S (1 + β) / β(ν + 1 − p)` (Bishop 2006,
    /// 10.81). With diagonal covariances each column has a t of its own.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width or hold an infinite value.
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::{BayesianMixture, Covariance, NormalWishart, Rows, WeightPrior};
    /// let prior = NormalWishart::new(Covariance::Full, vec![0.0], 1.0, 1.0, vec![0.5])?;
    /// let mixture = BayesianMixture::new(1, WeightPrior::default(), prior)?;
    /// let log_prob = mixture.log_predictive(Rows::new(&[1.0], 1)?)?; // Cauchy's density
    /// assert!((log_prob[0] + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn log_predictive(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let log_weights = self.expected.weights().iter().map(|weight| weight.ln()).collect();
        Weighted { gaussians: &self.expected, log_weights, family: self.predictive() }.log_prob(rows)
    }

    /// What the components' predictive densities are.
    pub(super) fn predictive(&self) -> Family {
        let kind = self.prior.covariance();
        let fewer = kind.dimension(self.columns()) as f64 - 1.0;
        let degrees = self.degrees_of_freedom();
        let stretch = degrees.iter().zip(self.posterior.counts());
        let stretch = stretch.map(|(nu, beta)| nu / (nu - fewer) * (1.0 + 1.0 / beta)).collect();
        Family::StudentT {
            degrees_of_freedom: degrees.iter().map(|nu| nu - fewer).collect(),
            stretch,
            tails: if kind == Covariance::Diagonal { Tails::Apart } else { Tails::Together },
        }
    }
}
