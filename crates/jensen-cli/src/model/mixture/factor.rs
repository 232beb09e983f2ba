//! What sets factor analysis, principal components and mixtures of both apart.

use jensen_data::Array;
use jensen_infer::Learner;
use jensen_models::factor::{Codes, FactorMixture, Noise};
use jensen_models::mixture::{Draws, Examples, MixtureError, Rows};
use jensen_random::Rng;

use super::{Components, Kind, likeliest, tempered};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::model::Code;

impl Kind for FactorMixture {
    const NAME: &'static str = "factor analysis";
    const CAN: &'static str = "evaluate, sample, encode and score, and impute tables";

    fn name(&self) -> &'static str {
        match (self.components(), self.noise()) {
            (1, Noise::Isotropic) => "principal component",
            (1, _) => Self::NAME,
            _ => "mixture of factor analysers",
        }
    }

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        Ok(Box::new(Self::learner(examples, &config.mixture.factor(config.model), rng)?))
    }

    fn configured(config: &RunConfig, _: &[usize]) -> Result<Noise, CliError> {
        Ok(config.mixture.factor(config.model).noise)
    }

    /// The factors of the likeliest component, after which component that is, where there are several.
    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        let (k, q) = (self.components(), self.latents());
        let Codes { responsibilities, means } = self.encode(rows)?;
        let chosen = likeliest(&responsibilities, k);
        let factors = chosen.iter().zip(means.chunks_exact(k * q));
        let factors = factors.flat_map(|(&at, means)| means[at * q..(at + 1) * q].iter().copied());
        let factors = Code { name: "factor", width: q, values: Array::F64(factors.collect()) };
        Ok(if k == 1 {
            vec![factors]
        } else {
            let [component, responsibility] = Code::of_components(&chosen, responsibilities, k);
            vec![component, responsibility, factors]
        })
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        let Draws { values, components } = self.sample(rng, rows);
        tempered(values, &components, |k| self.mean(k), temperature)
    }

    fn components(&self) -> Components<'_> {
        Components::Factor(self)
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
