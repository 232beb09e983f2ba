//! Normal emissions: the components of a mixture are the states.

use jensen_random::Rng;

use super::{Emissions, HmmError};
use crate::mixture::family::Family;
use crate::mixture::marginal::Marginals;
use crate::mixture::pattern::groups;
use crate::mixture::{BLOCK, GaussianMixture, Regularisation, Rows, Statistics, blocks};

/// Component `k` is what state `k` emits. The mixture's weights have no part in the chain; after an M step they are what
/// share of all rows is in each state.
impl Emissions for GaussianMixture {
    type Statistics = Statistics;
    type Regularisation = Regularisation;

    fn states(&self) -> usize {
        self.components()
    }

    fn log_prob(&self, rows: Rows<'_>) -> Result<Vec<f64>, HmmError> {
        let k = self.components();
        let mut out = vec![0.0; rows.len() * k];
        blocks::fill(rows, k, &mut out, |rows, out| {
            rows.check(self.columns())?;
            let (mut pair, mut log_prob) = (<[Vec<f64>; 2]>::default(), Vec::new());
            for group in groups(rows) {
                let marginals = Marginals::new(self, &group)?;
                log_prob.resize(group.rows.len(), 0.0);
                for component in 0..k {
                    marginals.log_prob(component, &Family::Normal, 0.0, &mut pair, &mut log_prob);
                    for (&at, log_prob) in group.rows.iter().zip(&log_prob) {
                        out[at * k + component] = *log_prob;
                    }
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    fn no_rows(&self) -> Statistics {
        Statistics::new(self.covariance(), self.components(), self.columns())
    }

    fn absorb(&self, statistics: &mut Statistics, rows: Rows<'_>, posterior: &[f64]) -> Result<(), HmmError> {
        let k = self.components();
        let (mut pair, mut completed) = (Default::default(), Vec::new());
        for (at, posterior) in posterior.chunks(BLOCK * k).enumerate() {
            let block = rows.slice(at * BLOCK, at * BLOCK + posterior.len() / k);
            for group in groups(block) {
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
