//! Emissions of categories: the components of a mixture are the states.

use jensen_random::Rng;

use super::{Emissions, HmmError};
use crate::mixture::{DiscreteMixture, DiscreteStatistics, ExpectationMaximisation, Rows, Smoothing, blocks};

/// Component `k` is what state `k` emits. The mixture's weights have no part in the chain; after an M step they are what
/// share of all rows is in each state.
impl Emissions for DiscreteMixture {
    type Statistics = DiscreteStatistics;
    type Regularisation = Smoothing;

    fn states(&self) -> usize {
        self.components()
    }

    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, HmmError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            let mut places = Vec::new();
            self.categories().places(rows, &mut places)?;
            for component in 0..k {
                for (out, log_prob) in out.chunks_exact_mut(k).zip(self.log_prob_under(component, &places)) {
                    out[component] = log_prob;
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    fn no_rows(&self) -> DiscreteStatistics {
        DiscreteStatistics::new(self.categories().clone(), self.components())
    }

    fn absorb(
        &self,
        statistics: &mut DiscreteStatistics,
        rows: Rows<'_>,
        posterior: &[f64],
    ) -> Result<(), HmmError> {
        let (k, mut places) = (self.components(), Vec::new());
        self.categories().places(rows, &mut places)?;
        for component in 0..k {
            statistics.share_out(component, &places, posterior.iter().skip(component).step_by(k).copied());
        }
        Ok(())
    }

    fn merge(all: &mut DiscreteStatistics, part: &DiscreteStatistics) {
        all.merge(part);
    }

    fn maximise(&self, statistics: &DiscreteStatistics, smoothing: &Smoothing) -> Result<Self, HmmError> {
        Ok(ExpectationMaximisation::maximise(self, statistics, smoothing)?)
    }

    fn log_prior(&self, smoothing: &Smoothing) -> f64 {
        self.log_prior(*smoothing)
    }

    fn free_parameters(&self) -> usize {
        self.free_parameters() - (self.components() - 1)
    }

    fn draw(&self, states: &[usize], rng: &Rng) -> Vec<f64> {
        self.draw_of(states, rng)
    }
}
