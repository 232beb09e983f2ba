//! Model predictive path integral control.

use jensen_random::Rng;

use super::samples::{Best, Samples, positive};
use super::{Plan, Planner, PlanningError, Problem};

/// Planning without derivatives by path integrals (Williams, Aldrich & Theodorou 2017): sequences are drawn around the present one
/// and averaged with the weights `exp(−(J − min J) / λ)`.
///
/// The plan is the cheapest of these averages, the given actions among them. The costs are those of [`Problem::cost`] as they
/// are; nothing is added for the distance from the present sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Mppi {
    /// How many sequences are drawn in each iteration.
    pub samples: usize,
    /// How many averages are taken.
    pub iterations: usize,
    /// The standard deviation of every number of an action.
    pub deviation: f64,
    /// `λ`, in units of the cost: the smaller, the more the cheapest sequences count.
    pub temperature: f64,
}

impl Default for Mppi {
    fn default() -> Self {
        Self { samples: 512, iterations: 20, deviation: 1.0, temperature: 1.0 }
    }
}

impl Planner for Mppi {
    fn improve(
        &self,
        problem: &Problem<'_>,
        start: &[f64],
        actions: &[f64],
        rng: Rng<'_>,
    ) -> Result<Plan, PlanningError> {
        positive("deviation of the sampled actions", self.deviation)?;
        positive("temperature", self.temperature)?;
        positive("number of samples", self.samples as f64)?;
        let mut best = Best::start(problem, start, actions)?;
        let horizon = actions.len() / problem.dynamics.action_dim();
        let mut samples = Samples::zeros(problem, horizon, self.samples + 1);
        let mut average = best.actions.clone();
        let deviation = vec![self.deviation; average.len()];
        for iteration in 0..=self.iterations {
            samples.draw(&average, &deviation, problem.limits, rng.fork("mppi").at(iteration as u64));
            samples.evaluate(problem, start);
            // The first sample is the average itself.
            best.offer(&average, samples.costs[0]);
            if iteration > 0 {
                best.end_of_iteration();
            }
            let least = samples.costs.iter().copied().fold(f64::INFINITY, f64::min);
            if least.is_finite() {
                self.average(&samples, least, &mut average);
            }
        }
        best.into_plan(problem, start)
    }
}

impl Mppi {
    /// Limits are boxes, so that averages of what they allow are allowed.
    fn average(&self, samples: &Samples, least: f64, average: &mut [f64]) {
        average.fill(0.0);
        let mut total = 0.0;
        for (sample, cost) in samples.costs.iter().enumerate() {
            let weight = (-(cost - least) / self.temperature).exp();
            total += weight;
            super::product::add_scaled(average, weight, samples.actions_of(sample));
        }
        for u in average {
            *u /= total;
        }
    }
}
