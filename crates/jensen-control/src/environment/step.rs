//! What a step leads to.

use super::task::Task;

/// What a step of an environment led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The true cost of the action and of the state to which it led.
    pub cost: f64,
    /// Whether that state is in the goal region.
    pub in_goal: bool,
    /// Whether the episode is over.
    pub ended: bool,
}

impl Step {
    /// What an action, clipped as the system clips it, led to in the step that is counted so, from 1.
    pub(crate) fn of(task: &dyn Task, action: &[f64], next: &[f64], steps: u64) -> Self {
        let spec = task.spec();
        let mut applied = action.to_vec();
        spec.actions.clamp(&mut applied);
        Self {
            cost: task.objective().cost(next, &applied),
            in_goal: task.in_goal(next),
            ended: steps >= spec.horizon as u64,
        }
    }
}
