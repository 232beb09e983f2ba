//! The M step.

use super::{Emissions, Hmm, HmmError, HmmStatistics};
use crate::mixture::shares::set_shares;

impl<E: Emissions> Hmm<E> {
    /// The parameters that maximise the expected log-likelihood of the statistics, the emissions with their
    /// regularisation.
    ///
    /// What is zero stays zero, so a chain that goes one way only goes on to. A state that is never left, because it is
    /// nowhere or at the end of sequences only, keeps its transitions.
    ///
    /// # Errors
    /// [`HmmError::NoSequences`], and what emissions can come to.
    ///
    /// # Panics
    /// If the statistics are of another shape.
    pub fn maximise(
        &self,
        statistics: &HmmStatistics<E>,
        regularisation: &E::Regularisation,
    ) -> Result<Self, HmmError> {
        let s = self.states();
        assert_eq!(statistics.initial.len(), s, "statistics of another model");
        if statistics.rows <= 0.0 {
            return Err(HmmError::NoSequences);
        }
        let (mut initial, mut transitions) = (self.initial().to_vec(), self.transitions().to_vec());
        set_shares(&mut initial, statistics.initial.iter().copied());
        for (own, counts) in transitions.chunks_exact_mut(s).zip(statistics.transitions.chunks_exact(s)) {
            set_shares(own, counts.iter().copied());
        }
        Self::new(initial, transitions, self.emissions.maximise(&statistics.emissions, regularisation)?)
    }
}
