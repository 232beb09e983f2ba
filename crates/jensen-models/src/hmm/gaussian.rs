//! Normal emissions: the components of a mixture are the states.

use jensen_random::Rng;

use super::{Emissions, HmmError};
use crate::mixture::components::Components;
use crate::mixture::density::Weighted;
use crate::mixture::family::Family;
use crate::mixture::marginal::Marginals;
use crate::mixture::pattern::groups;
use crate::mixture::{BLOCK, GaussianMixture, Regularisation, Rows, Statistics};

/// Component `k` is what state `k` emits. The mixture's weights have no part in the chain; after an M step they are what
/// share of all rows is in each state.
impl Emissions for GaussianMixture {
    type Statistics = Statistics;
    type Regularisation = Regularisation;

    fn states(&self) -> usize {
        self.components()
    }

    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, HmmError> {
        let log_weights = vec![0.0; self.components()];
        Ok(Weighted { gaussians: self, log_weights, family: Family::Normal }.log_terms(rows)?)
    }

    fn no_rows(&self) -> Statistics {
        Statistics::new(self.covariance(), self.components(), self.columns())
    }

    fn absorb(&self, statistics: &mut Statistics, rows: Rows<'_>, posterior: &[f64]) -> Result<(), HmmError> {
        let k = self.components();
        let (mut pair, mut completed) = (Default::default(), Vec::new());
        for (at, posterior) in posterior.chunks(BLOCK * k).enumerate() {
            let block = rows.slice(at * BLOCK, at * BLOCK + posterior.len() / k);
            for group in groups(block, 0..block.len()) {
                let marginals = Marginals::new(self, &group)?;
                for component in 0..k {
                    let share: Vec<_> = group.rows.iter().map(|at| posterior[at * k + component]).collect();
                    statistics.share_out(component, &group, &marginals, &share, &mut pair, &mut completed);
                }
            }
        }
        Ok(())
    }

    fn merge(all: &mut Statistics, part: &Statistics) {
        all.merge(part);
    }

    fn maximise(&self, statistics: &Statistics, regularisation: &Regularisation) -> Result<Self, HmmError> {
        Ok(self.maximise(statistics, regularisation)?)
    }

    fn free_parameters(&self) -> usize {
        self.free_parameters() - (self.components() - 1)
    }

    fn draw(&self, states: &[usize], rng: &Rng) -> Vec<f64> {
        self.draw_of(states, rng)
    }
}
