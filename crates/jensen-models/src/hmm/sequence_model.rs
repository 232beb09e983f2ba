//! Rows each of which is a sequence.

use jensen_random::Rng;

use super::fit::LLOYD;
use super::{CategoricalEmissions, Emissions, Hmm, HmmError, HmmOptions, HmmStatistics, Paths, Sequences};
use crate::mixture::arrays::Find;
use crate::mixture::{
    Arrays, Categories, Covariance, Density, EmLearner, ExpectationMaximisation, GaussianMixture,
    MixtureError, NamedArray, Regularisation, RowSource, Rows, Subsample, Summary,
};

/// On how many steps, at most, beginnings are found.
const SUBSAMPLE: usize = 1 << 16;

/// A hidden Markov model of rows that are whole sequences, `[steps · columns]`, as batches of examples hold them.
///
/// Steps without any value are missing; at the end of a row they only fill it, so that sequences of different lengths lie
/// beside each other. A row has weight one.
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
            let (values, lengths) = unrolled(rows, self.columns)?;
            let steps = Rows::new(&values, self.columns)?.starting_at(first);
            first += lengths.iter().sum::<usize>() as u64;
            visit(steps)
        })
    }
}

/// The steps of rows, without those that only fill them, and how many each row has: one at least.
fn unrolled(rows: Rows<'_>, columns: usize) -> Result<(Vec<f64>, Vec<usize>), MixtureError> {
    let (mut values, mut lengths) = (Vec::new(), Vec::with_capacity(rows.len()));
    for at in 0..rows.len() {
        if rows.weight(at) != 1.0 {
            let problem = "are not for sequences: repeat a sequence that is to count more".into();
            return Err(MixtureError::Parameter { name: "weights", problem });
        }
        let row = rows.row(at);
        let is_there = |step: &[f64]| step.iter().any(|value| !value.is_nan());
        let length = row.chunks_exact(columns).rposition(is_there).map_or(1, |last| last + 1);
        values.extend_from_slice(&row[..length * columns]);
        lengths.push(length);
    }
    Ok((values, lengths))
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

    /// How many steps a row has.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Asks the model about rows.
    fn ask<T>(
        &self,
        rows: Rows<'_>,
        of_sequences: impl FnOnce(Sequences<'_>) -> Result<T, HmmError>,
    ) -> Result<T, MixtureError> {
        rows.check(self.steps * self.columns)?;
        let (values, lengths) = unrolled(rows, self.columns)?;
        let sequences = Sequences::new(Rows::new(&values, self.columns)?, &lengths)?;
        Ok(of_sequences(sequences)?)
    }

    /// The most likely path of states of each row, `[rows, steps]`; −1 where a row is filled.
    ///
    /// # Errors
    /// If the rows are not the model's, or impossible.
    pub fn paths(&self, rows: Rows<'_>) -> Result<Vec<i64>, MixtureError> {
        let (_, lengths) = unrolled(rows, self.columns)?;
        let Paths { states, .. } = self.ask(rows, |sequences| self.hmm.viterbi(sequences))?;
        let mut out = vec![-1; rows.len() * self.steps];
        let mut states = states.into_iter();
        for (out, length) in out.chunks_exact_mut(self.steps).zip(lengths) {
            for (out, state) in out[..length].iter_mut().zip(&mut states) {
                *out = state.cast_signed() as i64;
            }
        }
        Ok(out)
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
        let mut sequences = 0;
        source.pass(&mut |rows| {
            sequences += rows.len() as u64;
            Ok(())
        })?;
        let steps_of = Steps { source, columns };
        let sample = Subsample::draw(&steps_of, SUBSAMPLE, rng)?;
        let rows = sample.rows()?;
        let begun = |at| {
            let emissions = begin(rows, &rng.fork("beginning").at(at))?;
            let s = emissions.states();
            let uniform = |count: usize| vec![1.0 / s as f64; count];
            Ok(Self::new(Hmm::new(uniform(s), uniform(s * s), emissions)?, steps, columns))
        };
        let summary =
            Summary { rows: sequences, weight: sequences as f64, means: Vec::new(), variances: Vec::new() };
        EmLearner::begin(options.initialisations, begun, regularisation, &summary, options.tolerance)
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

impl SequenceModel<CategoricalEmissions> {
    /// A learner of categorical emissions for rows of `[steps, columns]`, from random ones; a column has as many categories as
    /// its largest value says. `options.iterations` is the course of the training's to say.
    ///
    /// # Errors
    /// If there are no rows, or a value is no category.
    pub fn learner(
        source: &dyn RowSource,
        shape: [usize; 2],
        options: &HmmOptions,
        rng: &Rng,
    ) -> Result<EmLearner<Self>, MixtureError> {
        options.check()?;
        let categories = Categories::of(&Steps { source, columns: shape[1] })?;
        let begin =
            |_: Rows<'_>, rng: &Rng| CategoricalEmissions::random(categories.counts(), options.states, rng);
        Self::begun(source, shape, options, options.regularisation, begin, rng)
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

    fn expect(&self, rows: Rows<'_>) -> Result<HmmStatistics<E>, MixtureError> {
        self.ask(rows, |sequences| HmmStatistics::expect(&self.hmm, sequences))
    }

    fn merge(all: &mut HmmStatistics<E>, part: &HmmStatistics<E>) {
        all.merge(part);
    }

    /// The number of sequences: each is in one state at its first step.
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

    /// The log-likelihood.
    fn objective(&self, statistics: &HmmStatistics<E>, _: &E::Regularisation) -> f64 {
        statistics.log_likelihood
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

impl<E: Emissions + Arrays> Arrays for Hmm<E> {
    type Kind = E::Kind;

    fn kind(&self) -> E::Kind {
        self.emissions().kind()
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let s = self.states();
        let mut arrays = vec![
            NamedArray::new("initial", vec![s], self.initial()),
            NamedArray::new("transitions", vec![s, s], self.transitions()),
        ];
        arrays.extend(self.emissions().to_arrays());
        arrays
    }

    fn from_arrays<'a>(
        kind: E::Kind,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let emissions = E::from_arrays(kind, &array)?;
        let states = emissions.states();
        let initial = array.find_shaped("initial", &[states])?;
        let transitions = array.find_shaped("transitions", &[states, states])?;
        Ok(Self::new(initial, transitions, emissions)?)
    }
}

/// A pass that was interrupted goes on from them with the same bits.
impl<E: Emissions<Statistics: Arrays>> Arrays for HmmStatistics<E> {
    type Kind = <E::Statistics as Arrays>::Kind;

    fn kind(&self) -> Self::Kind {
        self.emissions.kind()
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let s = self.initial.len();
        let mut arrays = vec![
            NamedArray::new("initial", vec![s], &self.initial),
            NamedArray::new("transitions", vec![s, s], &self.transitions),
            NamedArray::new("steps", vec![2], &[self.rows as f64, self.log_likelihood]),
        ];
        arrays.extend(self.emissions.to_arrays());
        arrays
    }

    fn from_arrays<'a>(
        kind: Self::Kind,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let initial = array.find_amounts("initial")?;
        let steps = array.find_shaped("steps", &[2])?;
        Ok(Self {
            transitions: array.find_shaped("transitions", &[initial.len(), initial.len()])?,
            initial,
            emissions: Arrays::from_arrays(kind, &array)?,
            rows: steps[0] as u64,
            log_likelihood: steps[1],
        })
    }
}

/// A list is one array.
impl Arrays for Vec<f64> {
    type Kind = ();

    fn kind(&self) {}

    fn to_arrays(&self) -> Vec<NamedArray> {
        vec![NamedArray::new("list", vec![self.len()], self)]
    }

    fn from_arrays<'a>(
        (): (),
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let length = array.find("list")?.1.len();
        array.find_shaped("list", &[length])
    }
}
