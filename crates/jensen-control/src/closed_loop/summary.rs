//! What episodes show together.

use super::Episode;

/// Means over episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How many episodes there were.
    pub episodes: usize,
    /// The share that succeeded, `p`.
    pub success_rate: f64,
    /// Its standard error, `√(p (1 − p) / N)`.
    pub success_error: f64,
    /// The mean true cost.
    pub cost_mean: f64,
    /// The standard deviation of the true cost between episodes, with `N − 1`; none of a single one.
    pub cost_std: Option<f64>,
    /// The mean share of steps that led into the goal region.
    pub share_in_goal: f64,
    /// Milliseconds of planning, over the steps of all episodes.
    pub plan_ms_per_step: f64,
    /// Milliseconds of a plan.
    pub plan_ms: f64,
    /// Iterations of a plan.
    pub iterations: f64,
}

impl Summary {
    /// The summary of some episodes.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(episodes: &[Episode]) -> Self {
        assert!(!episodes.is_empty(), "there is no mean of no episode");
        let count = episodes.len() as f64;
        let mean = |of: &dyn Fn(&Episode) -> f64| episodes.iter().map(of).sum::<f64>() / count;
        let success_rate = mean(&|episode| f64::from(u8::from(episode.rollout.succeeded)));
        let cost_mean = mean(&|episode| episode.rollout.cost());
        let squares = count * mean(&|episode| (episode.rollout.cost() - cost_mean).powi(2));
        let seconds = mean(&|episode| episode.plans.iter().map(|plan| plan.seconds).sum());
        let iterations =
            mean(&|episode| episode.plans.iter().map(|plan| plan.report.iterations.len() as f64).sum());
        let plans = mean(&|episode| episode.plans.len() as f64);
        Self {
            episodes: episodes.len(),
            success_rate,
            success_error: (success_rate * (1.0 - success_rate) / count).sqrt(),
            cost_mean,
            cost_std: (episodes.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
            share_in_goal: mean(&|episode| episode.rollout.share_in_goal()),
            plan_ms_per_step: 1e3 * seconds / mean(&|episode| episode.rollout.costs.len() as f64),
            plan_ms: 1e3 * seconds / plans,
            iterations: iterations / plans,
        }
    }

    /// The standard error of the mean cost.
    pub fn cost_error(&self) -> Option<f64> {
        self.cost_std.map(|deviation| deviation / (self.episodes as f64).sqrt())
    }
}
