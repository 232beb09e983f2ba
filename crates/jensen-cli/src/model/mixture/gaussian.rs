//! What sets a mixture of Gaussians apart.

use jensen_infer::Learner;
use jensen_models::mixture::{
    Covariance, Draws, Examples, GaussianMixture, MixtureError, OnlineLearner, Rows,
};
use jensen_random::Rng;

use super::{Components, Kind, tempered};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::model::Code;

impl Kind for GaussianMixture {
    const NAME: &'static str = "Gaussian mixture";
    const CAN: &'static str = "evaluate, sample, encode and score, and impute tables";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        let options = config.mixture.em();
        Ok(match config.mixture.online {
            Some(exponent) => Box::new(OnlineLearner::new(examples, &options, exponent, rng)?),
            None => Box::new(Self::learner(examples, &options, rng)?),
        })
    }

    fn configured(config: &RunConfig, _: &[usize]) -> Result<Covariance, CliError> {
        Ok(config.mixture.covariance)
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        Ok(Code::of_shares(self.responsibilities(rows)?, GaussianMixture::components(self)))
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        let Draws { values, components } = self.sample(rng, rows);
        tempered(values, &components, |k| self.mean(k), temperature)
    }

    fn components(&self) -> Components<'_> {
        Components::Gaussian(self)
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.free_parameters())
    }

    fn impute(&self, rows: Rows<'_>) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.impute(rows))
    }

    fn impute_draws(
        &self,
        rows: Rows<'_>,
        draws: usize,
        rng: &Rng,
    ) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.impute_draws(rows, draws, rng))
    }
}
