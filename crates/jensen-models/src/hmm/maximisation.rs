//! The M step.

use super::{Emissions, Hmm, HmmError, HmmStatistics};

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
        if statistics.rows == 0 {
            return Err(HmmError::NoSequences);
        }
        let initial = shares(&statistics.initial, self.initial());
        let rows = statistics.transitions.chunks_exact(s).zip(self.transitions().chunks_exact(s));
        let transitions = rows.flat_map(|(counts, before)| shares(counts, before)).collect();
        Self::new(initial, transitions, self.emissions.maximise(&statistics.emissions, regularisation)?)
    }
}

/// What each count is of their sum, or what it was before if there are none.
pub(super) fn shares(counts: &[f64], before: &[f64]) -> Vec<f64> {
    let sum: f64 = counts.iter().sum();
    // Below the normal numbers a quotient has few digits, and the shares would not sum to one.
    if sum < f64::MIN_POSITIVE / f64::EPSILON {
        return before.to_vec();
    }
    counts.iter().map(|count| count / sum).collect()
}
