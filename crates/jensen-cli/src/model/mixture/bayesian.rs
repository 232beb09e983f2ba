//! What sets a posterior of Gaussian mixtures apart.

use jensen_infer::Learner;
use jensen_models::mixture::{
    BayesianMixture, Covariance, Draws, Examples, ExpectationMaximisation, MixtureError, Rows, WeightPrior,
};
use jensen_random::Rng;

use super::{Components, Kind, tempered};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::evaluation::Evidence;
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

    /// Of the predictive density.
    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        let Draws { values, components } = self.sample(rng, rows);
        tempered(values, &components, |k| self.expected().mean(k), temperature)
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
        Some(self.impute_draws(rows, draws, rng))
    }

    fn evidence(&self, examples: &Examples<'_>) -> Option<Result<Evidence, MixtureError>> {
        let evidence = |statistics| Evidence {
            log_evidence: self.bound(&statistics),
            log_relabellings: self.log_relabellings(),
        };
        Some(self.expect_all(examples).map(evidence))
    }
}
