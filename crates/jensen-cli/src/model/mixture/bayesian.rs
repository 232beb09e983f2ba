//! What sets a posterior of Gaussian mixtures apart.

use jensen_infer::Learner;
use jensen_models::mixture::{
    BayesianMixture, Covariance, Examples, ExpectationMaximisation, MixtureError, Rows, WeightPrior,
};
use jensen_random::Rng;

use super::{Components, Kind};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::model::Code;

impl Kind for BayesianMixture {
    const NAME: &'static str = "Bayesian Gaussian mixture";
    const CAN: &'static str = "evaluate, sample, encode and score, and impute tables";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        Ok(Box::new(Self::learner(examples, &config.mixture.bayesian(), rng)?))
    }

    fn configured(config: &RunConfig, _: &[usize]) -> Result<(Covariance, WeightPrior), CliError> {
        Ok((config.mixture.covariance, config.mixture.weights))
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        Ok(Code::of_shares(self.responsibilities(rows)?, BayesianMixture::components(self)))
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        Kind::sample(self.expected(), rows, temperature, rng)
    }

    fn components(&self) -> Components<'_> {
        Components::Gaussian(self.expected())
    }

    fn impute(&self, rows: Rows<'_>) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.expected().impute(rows))
    }

    fn impute_draws(
        &self,
        rows: Rows<'_>,
        draws: usize,
        rng: &Rng,
    ) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.expected().impute_draws(rows, draws, rng))
    }

    /// For all labellings of the components, so that it can be compared over their number.
    fn log_evidence(&self, examples: &Examples<'_>) -> Option<Result<f64, MixtureError>> {
        let statistics = self.expect_all(examples);
        Some(statistics.map(|statistics| self.bound(&statistics) + self.log_relabellings()))
    }
}
