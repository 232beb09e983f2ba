//! What sets hidden Markov models apart, and what data look like to them: an example is a sequence.

use jensen_data::{Array, Dataset, Preprocessing, Role, Split};
use jensen_infer::Learner;
use jensen_models::hmm::{Emissions, Hmm, SequenceModel, Steps};
use jensen_models::mixture::{
    Arrays, Categories, Covariance, DiscreteMixture, Examples, GaussianMixture, MixtureError, Rows,
};
use jensen_random::Rng;

use super::discrete::with_temperature;
use super::{Components, Emitted, Kind, States, tempered};
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
    let has_mask = dataset.fields().iter().any(|field| field.role == Role::Mask);
    let mask = has_mask.then(|| "mask".to_owned());
    let unread: Vec<_> = dataset.unread().iter().cloned().chain(mask).collect();
    if !unread.is_empty() {
        return Err(CliError::usage(
            format!("{}: a hidden Markov model does not read `{}`", dataset.name(), unread.join("`, `")),
            "write NaN for what is masked, and after the end of shorter sequences, in one array of all; leave out what \
             is to be ignored with `data.exclude`",
        ));
    }
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

/// The most likely path, and how likely each state is at each step.
fn codes<E: Emissions>(model: &SequenceModel<E>, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
    let states = Array::I64(model.paths(rows)?);
    let width = model.steps() * model.hmm().states();
    let posteriors = Array::F64(model.posteriors(rows)?);
    Ok(vec![
        Code { name: "state", width: model.steps(), values: states },
        Code { name: "posterior", width, values: posteriors },
    ])
}

/// The chain of a model, and what it emits.
fn chain<'a, E: Emissions>(hmm: &'a Hmm<E>, emissions: Emitted<'a>) -> Components<'a> {
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
        let (values, states) = self.sample_with_states(rng, rows);
        tempered(values, &states, |state| self.hmm().emissions().mean(state), temperature)
    }

    fn components(&self) -> Components<'_> {
        chain(self.hmm(), Emitted::Numbers(self.hmm().emissions()))
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.hmm().free_parameters())
    }

    fn observations(&self, rows: Rows<'_>) -> Vec<f64> {
        self.lengths(rows)
    }
}

impl Kind for SequenceModel<DiscreteMixture> {
    const NAME: &'static str = "hidden Markov chain";
    const CAN: &'static str = "evaluate, sample, encode and score";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        let shape = shape_of(examples)?;
        // Also those that only other splits have: to have seen none of a category is to know of it.
        let all = examples.dataset.rows(Split::All).map_err(|error| MixtureError::Source(error.into()))?;
        let source = Examples { rows: &all, ..*examples };
        let categories = Categories::of(&Steps { source: &source, columns: shape[1] })?;
        Ok(Box::new(Self::learner(examples, shape, &categories, &config.mixture.hmm(), rng)?))
    }

    fn configured(_: &RunConfig, shape: &[usize]) -> Result<<Self as Arrays>::Kind, CliError> {
        let [steps, columns] = steps_and_columns(shape)?;
        Ok(((), steps, columns))
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        codes(self, rows)
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        self.with_emissions(with_temperature(self.hmm().emissions(), temperature)).sample(rng, rows)
    }

    fn components(&self) -> Components<'_> {
        chain(self.hmm(), Emitted::Categories(self.hmm().emissions()))
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.hmm().free_parameters())
    }

    fn observations(&self, rows: Rows<'_>) -> Vec<f64> {
        self.lengths(rows)
    }
}
