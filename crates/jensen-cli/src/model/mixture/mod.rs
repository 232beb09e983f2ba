//! A mixture behind the verbs, whatever its components are.

mod bayesian;
mod discrete;
mod factor;
mod gaussian;
mod hmm;

use jensen_data::{Array, Batch, Role};
use jensen_infer::{InferError, Learner, Metrics, StateDict};
use jensen_models::factor::FactorMixture;
use jensen_models::mixture::{
    self, Arrays, Density, DiscreteMixture, ExpectationMaximisation, GaussianMixture, LOG_LIKELIHOOD,
    MixtureError, Numbers, Rows,
};
use jensen_random::Rng;

use super::{Code, Examples, Imputed, Imputing, Model, Samples};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::evaluation::Evidence;
use crate::run_directory::RunRecord;

pub(super) use discrete::preprocessing;
pub(super) use hmm::preprocessing as preprocessing_of_sequences;

/// What the components of a mixture are.
#[derive(Clone, Copy)]
pub enum Components<'a> {
    /// Gaussians; of a posterior those that are expected.
    Gaussian(&'a GaussianMixture),
    /// Independent categorical columns.
    Discrete(&'a DiscreteMixture),
    /// Gaussians of few directions each, and noise.
    Factor(&'a FactorMixture),
    /// The states of a chain.
    Chain(States<'a>),
}

/// The states of a chain.
#[derive(Clone, Copy)]
pub struct States<'a> {
    /// How likely each is at first.
    pub initial: &'a [f64],
    /// How likely each is after each.
    pub transitions: &'a [f64],
    /// What they emit.
    pub emissions: Emitted<'a>,
}

/// What the states of a chain emit.
#[derive(Clone, Copy)]
pub enum Emitted<'a> {
    /// Numbers that are normal.
    Numbers(&'a GaussianMixture),
    /// Categories.
    Categories(&'a DiscreteMixture),
}

impl Components<'_> {
    /// How many there are.
    pub fn count(self) -> usize {
        match self {
            Self::Gaussian(mixture) => mixture.components(),
            Self::Discrete(mixture) => mixture.components(),
            Self::Factor(mixture) => mixture.components(),
            Self::Chain(States { initial, .. }) => initial.len(),
        }
    }

    /// How many latent variables an example has: the choice among several, and the factors.
    fn latents(self) -> usize {
        match self {
            Self::Factor(mixture) => mixture.latents() + usize::from(mixture.components() > 1),
            _ => 1,
        }
    }
}

/// Components of a smaller weight are superfluous: the posterior of one without examples is the prior, as wide as the data.
const LEAST_WEIGHT: f64 = 1e-3;

/// The components that are not superfluous.
pub fn weighty(weights: &[f64]) -> impl Iterator<Item = usize> {
    weights.iter().enumerate().filter(|(_, weight)| **weight >= LEAST_WEIGHT).map(|(k, _)| k)
}

/// What sets one mixture apart from another.
pub(super) trait Kind:
    ExpectationMaximisation<Regularisation: Sized, Statistics: Arrays> + Arrays + Density + 'static
{
    /// The kind of model, for messages.
    const NAME: &'static str;
    /// What it can do, for messages.
    const CAN: &'static str;

    /// The kind of this very model.
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// A learner with its beginnings.
    fn learner(
        config: &RunConfig,
        examples: &mixture::Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError>;

    /// Which kind of mixture a configuration means, of examples of a shape.
    fn configured(config: &RunConfig, shape: &[usize]) -> Result<Self::Kind, CliError>;

    /// The posterior of rows in numbers.
    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError>;

    /// Draws, more or less typical by `temperature`.
    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64>;

    /// What its components are.
    fn components(&self) -> Components<'_>;

    /// How many parameters are free, if they are at the maximum of a likelihood.
    fn free_parameters(&self) -> Option<usize> {
        None
    }

    /// How many observations each row is.
    fn observations(&self, rows: Rows<'_>) -> Vec<f64> {
        vec![1.0; rows.len()]
    }

    /// Rows with what is missing at its expectation, of a mixture that has one.
    fn impute(&self, _: Rows<'_>) -> Option<Result<Vec<f64>, MixtureError>> {
        None
    }

    /// So many versions of rows with what is missing drawn, `[draws, rows, columns]`, of a mixture that can.
    fn impute_draws(&self, _: Rows<'_>, _draws: usize, _: &Rng) -> Option<Result<Vec<f64>, MixtureError>> {
        None
    }

    /// What is known of the evidence of all training rows, of a posterior.
    fn evidence(&self, _: &mixture::Examples<'_>) -> Option<Result<Evidence, MixtureError>> {
        None
    }
}

/// A learner with its beginnings.
pub(super) fn learner<M: Kind>(
    config: &RunConfig,
    examples: &Examples<'_>,
) -> Result<Box<dyn Learner>, CliError> {
    let rng = Rng::seed(config.seed).fork("mixture");
    M::learner(config, &rows_of(examples), &rng).map_err(|error| match error {
        MixtureError::EmptyColumn { column } => {
            let spec = examples.dataset.require(Role::Observation);
            let name = spec.map_or_else(|_| column.to_string(), |spec| spec.feature_name(column));
            CliError::usage(
                format!("{}: column {name} has no value in the training examples", examples.dataset.name()),
                "leave it out with `data.exclude`",
            )
        }
        MixtureError::NoRows => CliError::usage(
            format!("all training examples of {} have weight zero", examples.dataset.name()),
            "give those that count a weight above zero",
        ),
        error => InferError::from(error).into(),
    })
}

/// Why no step of it is made again.
pub(super) fn no_replay() -> CliError {
    CliError::usage("a mixture makes no steps by gradients that could be replayed", "train it again")
}

/// The mixture of these weights.
pub(super) fn trained<M: Kind>(
    config: &RunConfig,
    record: &RunRecord,
    weights: &StateDict,
) -> Result<Box<dyn Model>, CliError> {
    let expected = (config.mixture.components, record.preprocessing.features());
    let mixture: M = mixture::from_state(M::configured(config, &record.shape)?, weights)?;
    let components = mixture.components().count();
    if (components, mixture.columns()) == expected {
        return Ok(Box::new(Trained { mixture }));
    }
    let (found, (k, columns)) = (mixture.columns(), expected);
    let detail = format!("it has {components} components of {found} columns, not {k} of {columns}");
    Err(InferError::State { detail }.into())
}

/// The component that answers for most of each row; the first of several.
fn likeliest(shares: &[f64], components: usize) -> Vec<usize> {
    let best = |shares: &[f64]| {
        let best = shares.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or(0, |(component, _)| component)
    };
    shares.chunks_exact(components).map(best).collect()
}

impl Code {
    /// Of what each component answers for, `[rows, components]`.
    fn of_shares(shares: Vec<f64>, components: usize) -> Vec<Self> {
        Self::of_components(&likeliest(&shares, components), shares, components).into()
    }

    /// The likeliest component of each row, and what each answers for.
    fn of_components(chosen: &[usize], responsibilities: Vec<f64>, components: usize) -> [Self; 2] {
        let chosen = chosen.iter().map(|component| component.cast_signed() as i64).collect();
        [
            Self { name: "component", width: 1, values: Array::I64(chosen) },
            Self { name: "responsibility", width: components, values: Array::F64(responsibilities) },
        ]
    }
}

/// Draws with each one's deviation from the mean of its component multiplied.
fn tempered<'a>(
    mut values: Vec<f64>,
    components: &[usize],
    mean: impl Fn(usize) -> &'a [f64],
    temperature: f64,
) -> Vec<f64> {
    let columns = values.len() / components.len().max(1);
    for (row, &component) in values.chunks_exact_mut(columns.max(1)).zip(components) {
        for (value, mean) in row.iter_mut().zip(mean(component)) {
            *value = mean + temperature * (*value - mean);
        }
    }
    values
}

/// The training examples as rows of numbers.
fn rows_of<'a>(examples: &Examples<'a>) -> mixture::Examples<'a> {
    let Examples { dataset, train, preprocessing } = *examples;
    mixture::Examples { dataset, rows: train, preprocessing }
}

/// A trained one.
struct Trained<M> {
    mixture: M,
}

impl<M: Kind> Trained<M> {
    /// What a batch is asked, of its rows.
    fn ask<T>(
        batch: &Batch,
        of_rows: impl FnOnce(Rows<'_>) -> Result<T, MixtureError>,
    ) -> Result<T, CliError> {
        let numbers = Numbers::of(batch).map_err(InferError::from)?;
        numbers.rows().and_then(of_rows).map_err(|error| InferError::from(error.of_rows(batch.rows())).into())
    }
}

impl<M: Kind> Model for Trained<M> {
    fn name(&self) -> &'static str {
        self.mixture.name()
    }

    fn can(&self) -> &'static str {
        M::CAN
    }

    fn latent_dim(&self) -> usize {
        self.mixture.components().latents()
    }

    fn by_latent(&self, numbers: Vec<f64>) -> Vec<f64> {
        numbers
    }

    fn measure(&self, batch: &Batch, _: Rng) -> Result<Metrics, CliError> {
        Ok(mixture::measure(&self.mixture, batch)?)
    }

    fn log_prob(&self, batch: &Batch) -> Option<Result<Vec<f64>, CliError>> {
        Some(mixture::log_prob(&self.mixture, batch).map_err(CliError::from))
    }

    fn score(&self, batch: &Batch, _: Rng) -> Result<Vec<(&'static str, Vec<f64>)>, CliError> {
        Ok(vec![(LOG_LIKELIHOOD, mixture::log_prob(&self.mixture, batch)?)])
    }

    fn codes(&self, batch: &Batch) -> Result<Vec<Code>, CliError> {
        Self::ask(batch, |rows| self.mixture.codes(rows))
    }

    fn components(&self) -> Option<Components<'_>> {
        Some(self.mixture.components())
    }

    fn free_parameters(&self) -> Option<usize> {
        self.mixture.free_parameters()
    }

    fn observations(&self, batch: &Batch) -> Result<Vec<f64>, CliError> {
        Self::ask(batch, |rows| Ok(self.mixture.observations(rows)))
    }

    fn evidence(&self, examples: &Examples<'_>) -> Option<Result<Evidence, CliError>> {
        self.mixture
            .evidence(&rows_of(examples))
            .map(|evidence| evidence.map_err(|error| InferError::from(error).into()))
    }

    fn impute(&self, batch: &Batch, imputing: Imputing, rng: Rng) -> Result<Imputed, CliError> {
        let Imputing { draws, .. } = imputing;
        let filled = Self::ask(batch, |rows| self.mixture.impute(rows).transpose())?;
        let prediction = filled.ok_or_else(|| self.cannot("fill in missing values"))?;
        // The rows of a table come in their order, without gaps.
        let first = batch.rows().first().copied().unwrap_or(0);
        let drawn = (draws > 0).then(|| {
            let of_rows =
                |rows: Rows<'_>| self.mixture.impute_draws(rows.starting_at(first), draws, &rng).transpose();
            Self::ask(batch, of_rows)?.ok_or_else(|| self.cannot("draw missing values"))
        });
        Ok(Imputed {
            prediction,
            draws: drawn.transpose()?,
            // It is no estimate: better than any number of samples.
            effective_samples: vec![f64::MAX; batch.len()],
        })
    }

    fn sample(&self, rows: usize, temperature: f64, rng: Rng) -> Result<Samples, CliError> {
        Ok(Samples::Observations(self.mixture.sample(rows, temperature, &rng)))
    }
}
