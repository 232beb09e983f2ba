//! Draws.

use jensen_random::Rng;

use super::{Emissions, Hmm};
use crate::mixture::draw::Choice;

/// Sequences of a model with their states.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectories {
    /// `[rows, columns]`, a sequence after the other.
    pub values: Vec<f64>,
    /// The state of each row.
    pub states: Vec<usize>,
}

impl<E: Emissions> Hmm<E> {
    /// A sequence of each length. Sequence `i` is draw `i` of the stream however many are drawn, and a longer one
    /// begins as a shorter one does.
    ///
    /// # Panics
    /// Never: a model has been checked.
    pub fn sample(&self, rng: &Rng, lengths: &[usize]) -> Trajectories {
        let choice =
            |numbers: &[f64]| Choice::new(numbers.iter().copied()).expect("probabilities that sum to one");
        let first = choice(self.initial());
        let next: Vec<_> = self.transitions().chunks_exact(self.states()).map(choice).collect();
        let mut all = Trajectories { values: Vec::new(), states: Vec::new() };
        for (at, &length) in lengths.iter().enumerate() {
            let rng = rng.without_rows().at(at as u64);
            let chooser = rng.fork("states");
            let mut states = Vec::with_capacity(length);
            for t in 0..length {
                let choice = states.last().map_or(&first, |&state: &usize| &next[state]);
                states.push(choice.draw(&chooser, t as u64));
            }
            all.values.extend(self.emissions.draw(&states, &rng.fork("emissions")));
            all.states.extend(states);
        }
        all
    }
}
