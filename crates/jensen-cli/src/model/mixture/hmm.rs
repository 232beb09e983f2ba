//! What sets hidden Markov models apart, and what data look like to them: an example is a sequence.

use jensen_data::{Array, Dataset, Preprocessing, Role};
use jensen_infer::Learner;
use jensen_models::hmm::{CategoricalEmissions, Emissions, Hmm, SequenceModel};
use jensen_models::mixture::{Arrays, Covariance, Examples, GaussianMixture, MixtureError, Rows};
use jensen_random::Rng;

use super::{Components, Kind, States};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::model::Code;

/// Sequences as they are, each an array of steps.
pub(in crate::model) fn preprocessing(
    config: &RunConfig,
    dataset: &Dataset,
    train: &jensen_data::Rows,
) -> Result<Preprocessing, CliError> {
    let spec = dataset.require(Role::Observation)?;
    if !spec.feature_names.is_empty() {
        return Err(CliError::usage(
            format!("an example of {} is a row of a table, not a sequence", dataset.name()),
            "give an array of sequences, [sequences, steps] or [sequences, steps, columns], as .npy or .npz; shorter \
             sequences are filled up with NaN",
        ));
    }
    steps_and_columns(&spec.shape)?;
    Ok(Preprocessing::fit_numbers(&config.data, dataset, train)?)
}

/// How many steps an example has, and how many numbers a step.
fn steps_and_columns(shape: &[usize]) -> Result<[usize; 2], CliError> {
    match *shape {
        [steps] => Ok([steps, 1]),
        [steps, columns] => Ok([steps, columns]),
        _ => Err(CliError::usage(
            format!("an example has the shape {shape:?}, which is no sequence"),
            "give an array of sequences, [sequences, steps] or [sequences, steps, columns]",
        )),
    }
}

/// The shape of the examples that are learned from.
fn shape_of(examples: &Examples<'_>) -> Result<[usize; 2], MixtureError> {
    let spec =
        examples.dataset.require(Role::Observation).map_err(|error| MixtureError::Source(error.into()))?;
    steps_and_columns(&spec.shape).map_err(|error| MixtureError::Source(error.to_string().into()))
}

/// The most likely path.
fn codes<E: Emissions>(model: &SequenceModel<E>, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
    let states = Array::I64(model.paths(rows)?);
    Ok(vec![Code { name: "state", width: model.steps(), values: states }])
}

/// The chain of a model, and what it emits, if that is numbers.
fn chain<'a, E: Emissions>(hmm: &'a Hmm<E>, emissions: Option<&'a GaussianMixture>) -> Components<'a> {
    Components::Chain(States { initial: hmm.initial(), transitions: hmm.transitions(), emissions })
}

impl Kind for SequenceModel<GaussianMixture> {
    const NAME: &'static str = "hidden Markov chain";
    const CAN: &'static str = "evaluate, sample, encode and score";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        let (shape, covariance) = (shape_of(examples)?, config.mixture.covariance);
        Ok(Box::new(Self::learner(examples, shape, covariance, &config.mixture.hmm(), rng)?))
    }

    fn configured(config: &RunConfig, shape: &[usize]) -> Result<(Covariance, usize, usize), CliError> {
        let [steps, columns] = steps_and_columns(shape)?;
        Ok((config.mixture.covariance, steps, columns))
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        codes(self, rows)
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        tempered(self, rows, temperature, rng)
    }

    fn components(&self) -> Components<'_> {
        chain(self.hmm(), Some(self.hmm().emissions()))
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.hmm().free_parameters())
    }
}

impl Kind for SequenceModel<CategoricalEmissions> {
    const NAME: &'static str = "hidden Markov chain";
    const CAN: &'static str = "evaluate, sample, encode and score";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        Ok(Box::new(Self::learner(examples, shape_of(examples)?, &config.mixture.hmm(), rng)?))
    }

    fn configured(_: &RunConfig, shape: &[usize]) -> Result<<Self as Arrays>::Kind, CliError> {
        let [steps, columns] = steps_and_columns(shape)?;
        Ok(((), steps, columns))
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        codes(self, rows)
    }

    fn sample(&self, rows: usize, _: f64, rng: &Rng) -> Vec<f64> {
        self.sample(rng, rows)
    }

    fn components(&self) -> Components<'_> {
        chain(self.hmm(), None)
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.hmm().free_parameters())
    }
}

/// Sequences with each step's deviation from the mean of its state multiplied.
fn tempered(model: &SequenceModel<GaussianMixture>, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
    let emissions = model.hmm().emissions();
    let (mut values, states) = model.sample_with_states(rng, rows);
    for (step, state) in values.chunks_exact_mut(emissions.columns()).zip(states) {
        for (value, mean) in step.iter_mut().zip(emissions.mean(state)) {
            *value = mean + temperature * (*value - mean);
        }
    }
    values
}
