//! Emissions of categories.

use jensen_random::Rng;

use super::maximisation::shares;
use super::model::not_probabilities;
use super::{Emissions, HmmError};
use crate::mixture::arrays::Find;
use crate::mixture::draw::Choice;
use crate::mixture::{Arrays, MixtureError, NamedArray, Rows};

/// Columns of categories, independent of each other in each state. A category is written as an integer from 0 on.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoricalEmissions {
    levels: Vec<usize>,
    probabilities: Vec<f64>,
    logs: Vec<f64>,
}

impl CategoricalEmissions {
    /// The names of the arrays that it [goes to](Arrays::to_arrays).
    pub const ARRAYS: [&str; 2] = ["levels", "probabilities"];

    /// How many categories each column has, and for each state their probabilities, a column after the other:
    /// `[S, Σ levels]`.
    ///
    /// # Errors
    /// [`HmmError::Parameter`] if there is no column, one has no category, or the numbers are not probabilities.
    pub fn new(levels: Vec<usize>, probabilities: Vec<f64>) -> Result<Self, HmmError> {
        let wrong = |name, problem| Err(HmmError::Parameter { name, problem });
        let width: usize = levels.iter().sum();
        if levels.contains(&0) || width == 0 {
            return wrong("levels", "must be a number of categories for each column".into());
        }
        if probabilities.is_empty() || !probabilities.len().is_multiple_of(width) {
            let found = probabilities.len();
            return wrong(
                "probabilities",
                format!("has {found} numbers, but must have {width} for each state"),
            );
        }
        for state in probabilities.chunks_exact(width) {
            if let Some(problem) = of_columns(&levels, state).find_map(not_probabilities) {
                return wrong("probabilities", problem);
            }
        }
        let logs = probabilities.iter().map(|probability| probability.ln()).collect();
        Ok(Self { levels, probabilities, logs })
    }

    /// How many categories each column has.
    pub fn levels(&self) -> &[usize] {
        &self.levels
    }

    /// `[S, Σ levels]`.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    fn width(&self) -> usize {
        self.levels.iter().sum()
    }

    /// Where the category of each column that is there lies among all, row by row.
    fn places(&self, rows: Rows<'_>) -> Result<Vec<Vec<usize>>, HmmError> {
        let expected = self.levels.len();
        if rows.columns() != expected {
            let found = rows.columns();
            return Err(MixtureError::Shape { what: "a row", expected, found }.into());
        }
        let place = |at: usize| {
            let mut before = 0;
            let mut places = Vec::with_capacity(expected);
            for (column, (&value, &levels)) in rows.row(at).iter().zip(&self.levels).enumerate() {
                if !value.is_nan() {
                    if !(value >= 0.0 && value < levels as f64 && value.fract() == 0.0) {
                        let (row, last) = (rows.number(at), levels - 1);
                        return Err(HmmError::Category { row, column, value, last });
                    }
                    places.push(before + value as usize);
                }
                before += levels;
            }
            Ok(places)
        };
        (0..rows.len()).map(place).collect()
    }
}

/// Each column's numbers.
fn of_columns<'a>(levels: &'a [usize], numbers: &'a [f64]) -> impl Iterator<Item = &'a [f64]> {
    levels.iter().scan(0, move |from, levels| {
        let own = &numbers[*from..*from + levels];
        *from += levels;
        Some(own)
    })
}

impl Emissions for CategoricalEmissions {
    /// How often each state emits each category, `[S, Σ levels]`.
    type Statistics = Vec<f64>;

    /// What is added to each of these counts: with `α`, the step is the maximum of the posterior under a Dirichlet
    /// prior of concentration `α + 1`.
    type Regularisation = f64;

    fn states(&self) -> usize {
        self.probabilities.len() / self.width()
    }

    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, HmmError> {
        let width = self.width();
        let mut out = Vec::with_capacity(rows.len() * self.states());
        for places in self.places(rows)? {
            out.extend(
                self.logs.chunks_exact(width).map(|state| places.iter().map(|&at| state[at]).sum::<f64>()),
            );
        }
        Ok(out)
    }

    fn no_rows(&self) -> Vec<f64> {
        vec![0.0; self.probabilities.len()]
    }

    fn absorb(&self, counts: &mut Vec<f64>, rows: Rows<'_>, posterior: &[f64]) -> Result<(), HmmError> {
        let width = self.width();
        for (places, posterior) in self.places(rows)?.iter().zip(posterior.chunks_exact(self.states())) {
            for (counts, share) in counts.chunks_exact_mut(width).zip(posterior) {
                for &at in places {
                    counts[at] += share;
                }
            }
        }
        Ok(())
    }

    fn merge(all: &mut Vec<f64>, part: &Vec<f64>) {
        assert_eq!(all.len(), part.len(), "statistics of different emissions do not merge");
        all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
    }

    fn maximise(&self, counts: &Vec<f64>, added: &f64) -> Result<Self, HmmError> {
        let width = self.width();
        let counts: Vec<_> = counts.iter().map(|count| count + added).collect();
        let states = counts.chunks_exact(width).zip(self.probabilities.chunks_exact(width));
        let probabilities = states.flat_map(|(counts, before)| {
            let columns = of_columns(&self.levels, counts).zip(of_columns(&self.levels, before));
            columns.flat_map(|(counts, before)| shares(counts, before))
        });
        Self::new(self.levels.clone(), probabilities.collect())
    }

    fn free_parameters(&self) -> usize {
        self.states() * (self.width() - self.levels.len())
    }

    fn draw(&self, states: &[usize], rng: &Rng) -> Vec<f64> {
        let (width, columns) = (self.width(), self.levels.len() as u64);
        let choices = |state| {
            let own = of_columns(&self.levels, state).map(|own| Choice::new(own.iter().copied()));
            own.map(|choice| choice.expect("probabilities that sum to one")).collect::<Vec<_>>()
        };
        let choices: Vec<_> = self.probabilities.chunks_exact(width).map(choices).collect();
        let row = |(t, &state): (usize, &usize)| {
            let at = move |column: usize| t as u64 * columns + column as u64;
            choices[state].iter().enumerate().map(move |(column, choice)| choice.draw(rng, at(column)) as f64)
        };
        states.iter().enumerate().flat_map(row).collect()
    }
}

impl Arrays for CategoricalEmissions {
    type Kind = ();

    fn kind(&self) {}

    fn to_arrays(&self) -> Vec<NamedArray> {
        let levels: Vec<_> = self.levels.iter().map(|&levels| levels as f64).collect();
        vec![
            NamedArray::new("levels", vec![levels.len()], &levels),
            NamedArray::new("probabilities", vec![self.states(), self.width()], &self.probabilities),
        ]
    }

    fn from_arrays<'a>(
        (): (),
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let levels: Vec<_> =
            array.find_amounts("levels")?.into_iter().map(|levels| levels as usize).collect();
        let states = array.find("probabilities")?.0.first().copied().unwrap_or(0);
        let width = levels.iter().fold(0, |sum: usize, levels| sum.saturating_add(*levels));
        let probabilities = array.find_shaped("probabilities", &[states, width])?;
        Ok(Self::new(levels, probabilities)?)
    }
}
