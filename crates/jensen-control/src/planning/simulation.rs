//! A plan in the noisy world.

use jensen_random::Rng;

use super::noise::columns_of_root;
use super::product::{add_product, add_scaled};
use super::{NoiseExpansion, PlanningError, SensorExpansion, StochasticPlan, StochasticProblem};

impl StochasticPlan {
    /// Applies the plan with its filter to the noisy system and gives the true cost of each episode, which is infinite when an
    /// episode leaves the finite numbers. Episode `i` meets the same noise whatever the plan, so that plans can be compared.
    ///
    /// # Errors
    /// When the starting covariance is none.
    ///
    /// # Panics
    /// When the plan is not for such a problem.
    pub fn simulate(
        &self,
        problem: &StochasticProblem<'_>,
        episodes: usize,
        rng: Rng<'_>,
    ) -> Result<Vec<f64>, PlanningError> {
        let n = self.plan.state_dim;
        let roots = columns_of_root("covariance of the starting state", problem.start_covariance, n)?;
        let mut world = World::start(self, problem, episodes, &roots, rng);
        for t in 0..self.plan.horizon() {
            world.step(t, rng);
        }
        for (cost, x) in world.costs.iter_mut().zip(world.states.chunks_exact(n)) {
            *cost += problem.problem.cost.terminal(x);
            if !cost.is_finite() {
                *cost = f64::INFINITY;
            }
        }
        Ok(world.costs)
    }
}

/// All episodes at one time.
struct World<'a> {
    plan: &'a StochasticPlan,
    problem: &'a StochasticProblem<'a>,
    states: Vec<f64>,
    estimates: Vec<f64>,
    actions: Vec<f64>,
    next: Vec<f64>,
    next_estimates: Vec<f64>,
    costs: Vec<f64>,
    noise: NoiseExpansion,
    seen: Option<[SensorExpansion; 2]>,
}

impl<'a> World<'a> {
    fn start(
        plan: &'a StochasticPlan,
        problem: &'a StochasticProblem<'a>,
        episodes: usize,
        roots: &[f64],
        rng: Rng<'_>,
    ) -> Self {
        let (n, m) = (plan.plan.state_dim, problem.problem.dynamics.action_dim());
        let mean = plan.plan.state(0).repeat(episodes);
        let mut states = mean.clone();
        let draws = rng.fork("start").normals(episodes, roots.len() / n);
        for (x, draws) in states.chunks_exact_mut(n).zip(draws.chunks_exact((roots.len() / n).max(1))) {
            add_sources(x, roots, draws);
        }
        Self {
            plan,
            problem,
            estimates: if problem.sensor.is_some() { mean } else { states.clone() },
            next: states.clone(),
            next_estimates: states.clone(),
            states,
            actions: vec![0.0; episodes * m],
            costs: vec![0.0; episodes],
            noise: NoiseExpansion::zeros(problem.noise.sources(), n, m),
            seen: problem.sensor.map(|s| [SensorExpansion::zeros(s, n), SensorExpansion::zeros(s, n)]),
        }
    }

    fn step(&mut self, t: usize, rng: Rng<'_>) {
        let (plan, problem) = (&self.plan.plan, &self.problem.problem);
        let (n, m) = (plan.state_dim, problem.dynamics.action_dim());
        let episodes = self.estimates.chunks_exact(n).zip(self.actions.chunks_exact_mut(m));
        for ((estimate, action), (x, cost)) in episodes.zip(self.states.chunks_exact(n).zip(&mut self.costs))
        {
            plan.act(t, estimate, problem.limits, action);
            *cost += problem.cost.stage(t, x, action);
        }
        problem.dynamics.step(&self.states, &self.actions, &mut self.next);
        let draws = rng.fork("process").at(t as u64).normals(self.costs.len(), self.problem.noise.sources());
        let k = self.problem.noise.sources();
        for (i, next) in self.next.chunks_exact_mut(n).enumerate() {
            let (x, u) = (&self.states[i * n..][..n], &self.actions[i * m..][..m]);
            self.problem.noise.expand(x, u, &mut self.noise);
            add_sources(next, &self.noise.sources, &draws[i * k..]);
        }
        self.estimate(t, rng);
        std::mem::swap(&mut self.states, &mut self.next);
    }

    /// `x̂' = f(x̂, u) + K (y − h(x̂))`.
    fn estimate(&mut self, t: usize, rng: Rng<'_>) {
        let (Some(sensor), Some([seen, expected])) = (self.problem.sensor, &mut self.seen) else {
            self.estimates.copy_from_slice(&self.next);
            return;
        };
        let (n, p, k) = (self.plan.plan.state_dim, sensor.observation_dim(), sensor.sources());
        self.problem.problem.dynamics.step(&self.estimates, &self.actions, &mut self.next_estimates);
        let draws = rng.fork("sensor").at(t as u64).normals(self.costs.len(), k);
        let gain = &self.plan.filter_gains[t * n * p..][..n * p];
        for (i, next) in self.next_estimates.chunks_exact_mut(n).enumerate() {
            sensor.expand(&self.states[i * n..][..n], seen);
            sensor.expand(&self.estimates[i * n..][..n], expected);
            add_scaled(&mut seen.observation, -1.0, &expected.observation);
            add_sources(&mut seen.observation, &seen.sources, &draws[i * k..]);
            add_product(next, gain, &seen.observation, p, 1);
        }
        std::mem::swap(&mut self.estimates, &mut self.next_estimates);
    }
}

/// Adds each source, times its draw.
fn add_sources(row: &mut [f64], sources: &[f64], draws: &[f32]) {
    for (source, draw) in sources.chunks_exact(row.len()).zip(draws) {
        add_scaled(row, f64::from(*draw), source);
    }
}
