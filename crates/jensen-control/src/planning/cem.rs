//! The cross-entropy method.

use jensen_random::Rng;

use super::samples::{Best, Samples, positive};
use super::{Plan, Planner, PlanningError, Problem};

/// Planning without derivatives by the cross-entropy method (Rubinstein 1999; Botev et al. 2013): sequences are drawn from
/// independent normal distributions, which are fitted to the cheapest of them, again and again.
///
/// The plan is the cheapest sequence that was met.
#[derive(Clone, Debug, PartialEq)]
pub struct Cem {
    /// How many sequences are drawn in each iteration.
    pub samples: usize,
    /// How many of them, the cheapest, the distributions are fitted to.
    pub elites: usize,
    /// How many iterations there are.
    pub iterations: usize,
    /// The standard deviation that every number of an action starts with.
    pub deviation: f64,
    /// Which part of mean and deviation stays as it was, against collapsing early.
    pub smoothing: f64,
}

impl Default for Cem {
    fn default() -> Self {
        Self { samples: 256, elites: 24, iterations: 20, deviation: 1.0, smoothing: 0.1 }
    }
}

impl Cem {
    fn check(&self) -> Result<(), PlanningError> {
        positive("deviation of the sampled actions", self.deviation)?;
        positive("number of samples", self.samples as f64)?;
        if self.elites == 0 || self.elites > self.samples {
            let value = self.elites as f64;
            return Err(PlanningError::Option {
                option: "number of elites",
                value,
                expected: "one of the samples at least",
            });
        }
        if !(0.0..1.0).contains(&self.smoothing) {
            return Err(PlanningError::Option {
                option: "smoothing",
                value: self.smoothing,
                expected: "in [0, 1)",
            });
        }
        Ok(())
    }
}

impl Planner for Cem {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        self.check()?;
        let mut best = Best::start(problem, start, actions)?;
        let horizon = actions.len() / problem.dynamics.action_dim();
        let mut samples = Samples::zeros(problem, horizon, self.samples);
        let mut mean = best.actions.clone();
        let mut deviation = vec![self.deviation; mean.len()];
        let mut order: Vec<usize> = Vec::with_capacity(self.samples);
        for iteration in 0..self.iterations {
            samples.draw(&mean, &deviation, problem.limits, rng.fork("cem").at(iteration as u64));
            samples.evaluate(problem, start);
            order.clear();
            order.extend((0..self.samples).filter(|&i| samples.costs[i].is_finite()));
            order.sort_by(|&i, &j| samples.costs[i].total_cmp(&samples.costs[j]));
            order.truncate(self.elites);
            if let Some(&first) = order.first() {
                best.offer(samples.actions_of(first), samples.costs[first]);
                self.fit(&samples, &order, &mut mean, &mut deviation);
            } else {
                // All were too wild.
                for deviation in &mut deviation {
                    *deviation *= 0.5;
                }
            }
            best.end_of_iteration();
        }
        best.into_plan(problem, start)
    }
}

impl Cem {
    fn fit(&self, samples: &Samples, elites: &[usize], mean: &mut [f64], deviation: &mut [f64]) {
        let count = elites.len() as f64;
        for (i, (mean, deviation)) in mean.iter_mut().zip(deviation).enumerate() {
            let values = || elites.iter().map(|&elite| samples.actions_of(elite)[i]);
            let center = values().sum::<f64>() / count;
            let spread = (values().map(|u| (u - center).powi(2)).sum::<f64>() / count).sqrt();
            *mean += (1.0 - self.smoothing) * (center - *mean);
            *deviation += (1.0 - self.smoothing) * (spread - *deviation);
        }
    }
}
