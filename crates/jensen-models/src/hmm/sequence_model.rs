//! Rows each of which is a sequence.

use std::iter;

use jensen_random::Rng;

use super::fit::LLOYD;
use super::{Emissions, Hmm, HmmError, HmmOptions, HmmStatistics, Paths, Sequences, Smoothed};
use crate::mixture::restarts::Restarts;
use crate::mixture::{
    Arrays, Categories, Covariance, Density, DiscreteMixture, EmLearner, ExpectationMaximisation,
    GaussianMixture, MixtureError, NamedArray, Regularisation, RowSource, Rows, Smoothing, Summary,
};

/// On how many steps, at most, beginnings are found.
const SUBSAMPLE: usize = 1 << 16;

/// A hidden Markov model of rows that are whole sequences, `[steps · columns]`, as batches of examples hold them.
///
/// Steps without any value are missing; at the end of a row they only fill it, so that sequences of different lengths lie
/// beside each other. The weight of a row is that of its sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceModel<E> {
    hmm: Hmm<E>,
    steps: usize,
    columns: usize,
}

/// The steps of rows that are sequences, as rows of their own: what emissions are begun from.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    /// The sequences.
    pub source: &'a dyn RowSource,
    /// How many numbers a step has.
    pub columns: usize,
}

impl RowSource for Steps<'_> {
    fn columns(&self) -> usize {
        self.columns
    }

    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
        let mut first = 0;
        self.source.pass(&mut |rows| {
            let unrolled = Unrolled::new(rows, (0..rows.len()).collect(), self.columns);
            let weights = unrolled.weights_of_steps();
            let steps = Rows::new(&unrolled.values, self.columns)?.with_weights(&weights)?;
            let visited = visit(steps.starting_at(first)).map_err(|error| {
                unrolled.of_rows(
                    error.moved(|row, column| (row.saturating_sub(first), column)),
                    rows,
                    self.columns,
                )
            });
            first += steps.len() as u64;
            visited
        })
    }
}

/// How many steps a row has, without those that only fill it: one at least.
fn length(row: &[f64], columns: usize) -> usize {
    let is_there = |step: &[f64]| step.iter().any(|value| !value.is_nan());
    row.chunks_exact(columns).rposition(is_there).map_or(1, |last| last + 1)
}

fn lengths(rows: Rows<'_>, columns: usize) -> impl Iterator<Item = usize> {
    (0..rows.len()).map(move |at| length(rows.row(at), columns))
}

/// The steps of rows, without those that only fill them.
struct Unrolled {
    values: Vec<f64>,
    lengths: Vec<usize>,
    weights: Vec<f64>,
    /// Which rows they are of.
    members: Vec<usize>,
}

impl Unrolled {
    fn new(rows: Rows<'_>, members: Vec<usize>, columns: usize) -> Self {
        let weights = members.iter().map(|&at| rows.weight(at)).collect();
        let lengths: Vec<_> = members.iter().map(|&at| length(rows.row(at), columns)).collect();
        let own = members.iter().zip(&lengths).flat_map(|(&at, length)| &rows.row(at)[..length * columns]);
        Self { values: own.copied().collect(), lengths, weights, members }
    }

    /// An error that names a step as a row, with the row that it is in.
    fn of_rows(&self, error: MixtureError, rows: Rows<'_>, columns: usize) -> MixtureError {
        error.moved(|step, column| {
            let mut left = step as usize;
            for (at, &length) in self.lengths.iter().enumerate() {
                if left < length {
                    return (rows.number(self.members[at]), left * columns + column);
                }
                left -= length;
            }
            (step, column)
        })
    }

    fn weights_of_steps(&self) -> Vec<f64> {
        let each = self.lengths.iter().zip(&self.weights);
        each.flat_map(|(&length, &weight)| iter::repeat_n(weight, length)).collect()
    }
}

impl<E: Emissions> SequenceModel<E> {
    /// A model of rows of so many steps.
    pub fn new(hmm: Hmm<E>, steps: usize, columns: usize) -> Self {
        Self { hmm, steps, columns }
    }

    /// The model of sequences.
    pub fn hmm(&self) -> &Hmm<E> {
        &self.hmm
    }

    /// The same chain with other emissions, of as many states.
    ///
    /// # Panics
    /// If they are of another number of states.
    pub fn with_emissions(&self, emissions: E) -> Self {
        let (initial, transitions) = (self.hmm.initial().to_vec(), self.hmm.transitions().to_vec());
        let hmm = Hmm::new(initial, transitions, emissions).expect("emissions of as many states");
        Self { hmm, ..*self }
    }

    /// How many steps a row has.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// How many steps each row has, without those that only fill it.
    pub fn lengths(&self, rows: Rows<'_>) -> Vec<f64> {
        lengths(rows, self.columns).map(|length| length as f64).collect()
    }

    /// Asks the model about rows.
    fn ask<T>(
        &self,
        rows: Rows<'_>,
        of_sequences: impl FnOnce(Sequences<'_>) -> Result<T, HmmError>,
    ) -> Result<T, MixtureError> {
        self.ask_some(rows, (0..rows.len()).collect(), of_sequences)
    }

    fn ask_some<T>(
        &self,
        rows: Rows<'_>,
        members: Vec<usize>,
        of_sequences: impl FnOnce(Sequences<'_>) -> Result<T, HmmError>,
    ) -> Result<T, MixtureError> {
        rows.check(self.steps * self.columns)?;
        let unrolled = Unrolled::new(rows, members, self.columns);
        let Unrolled { values, lengths, weights, .. } = &unrolled;
        let sequences = Sequences::new(Rows::new(values, self.columns)?, lengths)?;
        sequences.with_weights(weights).and_then(of_sequences).map_err(|error| match error {
            HmmError::Impossible { sequence, step } => {
                MixtureError::ImpossibleSequence { row: rows.number(unrolled.members[sequence]), step }
            }
            other => unrolled.of_rows(other.into(), rows, self.columns),
        })
    }

    /// The most likely path of states of each row, `[rows, steps]`; −1 where a row is filled.
    ///
    /// # Errors
    /// If the rows are not the model's, or impossible.
    pub fn paths(&self, rows: Rows<'_>) -> Result<Vec<i64>, MixtureError> {
        let Paths { states, .. } = self.ask(rows, |sequences| self.hmm.viterbi(sequences))?;
        let states: Vec<_> = states.into_iter().map(|state| state.cast_signed() as i64).collect();
        Ok(self.filled(rows, &states, 1, -1))
    }

    /// `p(z_t | x)` of each step, `[rows, steps, S]`; not a number where a row is filled.
    ///
    /// # Errors
    /// As [`paths`](Self::paths).
    pub fn posteriors(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        let Smoothed { states, .. } = self.ask(rows, |sequences| self.hmm.smooth(sequences))?;
        Ok(self.filled(rows, &states, self.hmm.states(), f64::NAN))
    }

    /// `width` numbers of each step that is there, with `filling` where a row is filled.
    fn filled<T: Copy>(&self, rows: Rows<'_>, of_steps: &[T], width: usize, filling: T) -> Vec<T> {
        let mut out = vec![filling; rows.len() * self.steps * width];
        let mut rest = of_steps;
        for (out, length) in out.chunks_exact_mut(self.steps * width).zip(lengths(rows, self.columns)) {
            let (own, others) = rest.split_at(length * width);
            out[..length * width].copy_from_slice(own);
            rest = others;
        }
        out
    }

    /// So many rows without a missing step, `[rows, steps · columns]`.
    pub fn sample(&self, rng: &Rng, rows: usize) -> Vec<f64> {
        self.sample_with_states(rng, rows).0
    }

    /// The same, and the state of each step, `[rows, steps]`.
    pub fn sample_with_states(&self, rng: &Rng, rows: usize) -> (Vec<f64>, Vec<usize>) {
        let drawn = self.hmm.sample(rng, &vec![self.steps; rows]);
        (drawn.values, drawn.states)
    }

    /// A learner of a model for the rows of a source: emissions by `begin` from a sample of the steps, any state as likely as
    /// any other at first and after each.
    fn begun(
        source: &dyn RowSource,
        [steps, columns]: [usize; 2],
        options: &HmmOptions,
        regularisation: E::Regularisation,
        begin: impl Fn(Rows<'_>, &Rng) -> Result<E, HmmError>,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError>
    where
        E: Arrays,
        E::Statistics: Arrays,
        E::Regularisation: Sized + std::fmt::Debug,
    {
        let (mut sequences, mut weight) = (0, 0.0);
        source.pass(&mut |rows| {
            sequences += rows.len() as u64;
            weight += (0..rows.len()).map(|at| rows.weight(at)).sum::<f64>();
            Ok(())
        })?;
        let begin = |rows: Rows<'_>, _, rng: &Rng| {
            let emissions = begin(rows, rng)?;
            let s = emissions.states();
            let uniform = |count: usize| vec![1.0 / s as f64; count];
            Ok(Self::new(Hmm::new(uniform(s), uniform(s * s), emissions)?, steps, columns))
        };
        let &HmmOptions { initialisations, iterations, tolerance, .. } = options;
        let restarts = Restarts { initialisations, subsample: SUBSAMPLE, iterations, tolerance };
        restarts.learner(&Steps { source, columns }, (sequences, weight), regularisation, begin, rng)
    }
}

impl SequenceModel<GaussianMixture> {
    /// A learner of normal emissions for rows of `[steps, columns]`, from the clusters of k-means among the steps.
    /// `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// If the rows are none to learn from, have fewer different steps than states, or no beginning has covariances.
    pub fn learner(
        source: &dyn RowSource,
        shape: [usize; 2],
        covariance: Covariance,
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        options.check()?;
        let summary = Summary::of(&Steps { source, columns: shape[1] })?;
        let added = Regularisation::relative(&summary, options.regularisation)?;
        let begin = |rows: Rows<'_>, rng: &Rng| {
            let states = options.states;
            Ok(GaussianMixture::initialise(covariance, states, rows, &summary, &added, LLOYD, rng)?)
        };
        Self::begun(source, shape, options, added.clone(), begin, rng)
    }
}

impl SequenceModel<DiscreteMixture> {
    /// A learner of categorical emissions for rows of `[steps, columns]`, from [random](DiscreteMixture::random)
    /// ones. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// If there are no rows, or a value is no category.
    pub fn learner(
        source: &dyn RowSource,
        shape: [usize; 2],
        categories: &Categories,
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        options.check()?;
        let smoothing = Smoothing::new(options.regularisation)?;
        let begin = |_: Rows<'_>, rng: &Rng| Ok(DiscreteMixture::random(categories, options.states, rng)?);
        Self::begun(source, shape, options, smoothing, begin, rng)
    }
}

impl<E> ExpectationMaximisation for SequenceModel<E>
where
    E: Emissions<Regularisation: std::fmt::Debug>,
{
    type Statistics = HmmStatistics<E>;
    type Regularisation = E::Regularisation;

    fn columns(&self) -> usize {
        self.steps * self.columns
    }

    fn no_rows(&self) -> HmmStatistics<E> {
        HmmStatistics::new(&self.hmm)
    }

    /// A row of weight zero may be impossible.
    fn expect(&self, rows: Rows<'_>) -> Result<HmmStatistics<E>, MixtureError> {
        let counted = (0..rows.len()).filter(|&at| rows.weight(at) > 0.0).collect();
        self.ask_some(rows, counted, |sequences| HmmStatistics::expect(&self.hmm, sequences))
    }

    fn merge(all: &mut HmmStatistics<E>, part: &HmmStatistics<E>) {
        all.merge(part);
    }

    /// That of the sequences: each is in one state at its first step.
    fn weight(statistics: &HmmStatistics<E>) -> f64 {
        statistics.initial.iter().sum()
    }

    fn maximise(
        &self,
        statistics: &HmmStatistics<E>,
        regularisation: &E::Regularisation,
    ) -> Result<Self, MixtureError> {
        Ok(Self { hmm: self.hmm.maximise(statistics, regularisation)?, ..*self })
    }

    fn objective(&self, statistics: &HmmStatistics<E>, regularisation: &E::Regularisation) -> f64 {
        self.hmm.objective(statistics, regularisation)
    }
}

impl<E: Emissions> Density for SequenceModel<E> {
    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.ask(rows, |sequences| self.hmm.log_likelihood(sequences))
    }
}

impl<E: Emissions + Arrays> Arrays for SequenceModel<E> {
    /// Of the emissions, steps and columns.
    type Kind = (E::Kind, usize, usize);

    fn kind(&self) -> Self::Kind {
        (self.hmm.emissions().kind(), self.steps, self.columns)
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        self.hmm.to_arrays()
    }

    fn from_arrays<'a>(
        (emissions, steps, columns): Self::Kind,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        Ok(Self::new(Hmm::from_arrays(emissions, array)?, steps, columns))
    }
}
