//! A trajectory that is being improved.

use super::backward::Backward;
use super::regularization::Regularization;
use super::report::{Descent, Iteration, Report, StopReason};
use crate::planning::trajectory::Trajectory;
use crate::planning::{Plan, PlanningError};

/// So many steps in a row that gain next to nothing, of which the model promises more, lead nowhere.
const MOST_TINY_STEPS: usize = 8;

/// The best trajectory so far, the step from it, and the one that is tried.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) best: Trajectory,
    pub(crate) trial: Trajectory,
    pub(crate) backward: Backward,
    pub(crate) regularization: Regularization,
    pub(crate) step: f64,
    /// How many steps in a row have lowered the cost by no more than the tolerance.
    tiny_steps: usize,
    pub(crate) initial_cost: f64,
    pub(crate) iterations: Vec<Iteration>,
    pub(crate) outcome: Option<Result<StopReason, PlanningError>>,
}

impl Candidate {
    pub(crate) fn from(start: &[f64], actions: &[f64], horizon: usize) -> Self {
        let best = Trajectory::from(start, actions, horizon);
        Self {
            trial: best.clone(),
            best,
            backward: Backward::zeros(start.len(), actions.len() / horizon, horizon),
            regularization: Regularization::none(),
            step: 0.0,
            tiny_steps: 0,
            initial_cost: 0.0,
            iterations: Vec::new(),
            outcome: None,
        }
    }

    /// Whether the trial lowers the cost by a ten-thousandth of what the model promises (Nocedal & Wright 2006, section 3.1).
    pub(crate) fn improves(&self) -> bool {
        let decrease = self.best.cost - self.trial.cost;
        self.trial.diverged.is_none()
            && decrease > 0.0
            && decrease >= 1e-4 * self.backward.predicted(self.step)
    }

    pub(crate) fn accept(&mut self, tolerance: f64) {
        self.record(Some(self.step));
        std::mem::swap(&mut self.best, &mut self.trial);
        self.regularization.decrease();
        let decrease = self.trial.cost - self.best.cost;
        self.tiny_steps = if decrease <= tolerance * self.best.magnitude { self.tiny_steps + 1 } else { 0 };
        if self.tiny_steps == MOST_TINY_STEPS {
            self.outcome = Some(Ok(StopReason::Stalled));
        }
    }

    pub(crate) fn reject(&mut self) {
        self.record(None);
        if !self.regularization.increase() {
            self.outcome = Some(Ok(StopReason::Stalled));
        }
    }

    /// Whether the whole step promises no more than a small part of the cost.
    pub(crate) fn is_flat(&self, tolerance: f64) -> bool {
        self.backward.predicted(1.0) <= tolerance * self.best.magnitude
    }

    pub(crate) fn into_plan(self) -> Result<Plan, PlanningError> {
        let stop = self.outcome.expect("a search ends with an outcome")?;
        Ok(Plan {
            state_dim: self.best.states.len() - self.backward.states_before_the_end(),
            gains: self.backward.gains,
            states: self.best.states,
            actions: self.best.actions,
            cost: self.best.cost,
            report: Report { initial_cost: self.initial_cost, iterations: self.iterations, stop },
        })
    }

    fn record(&mut self, step: Option<f64>) {
        let descent = Descent {
            gradient_norm: self.backward.gradient_norm,
            predicted_decrease: self.backward.predicted(1.0),
            regularization: self.regularization.mu,
            step,
        };
        let cost = if step.is_some() { self.trial.cost } else { self.best.cost };
        self.iterations.push(Iteration { cost, descent: Some(descent) });
    }
}
