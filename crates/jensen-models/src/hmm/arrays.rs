//! How models and their statistics go to a file and back.

use super::{Emissions, Hmm, HmmStatistics};
use crate::mixture::arrays::Find;
use crate::mixture::{Arrays, MixtureError, NamedArray};

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
            NamedArray::new("steps", vec![2], &[self.rows, self.log_likelihood]),
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
            rows: steps[0],
            log_likelihood: steps[1],
        })
    }
}
