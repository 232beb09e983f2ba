//! What a task costs.

use std::f64::consts::TAU;

use crate::QuadraticCost;

/// The true cost of a task, `(x − g)ᵀ Q (x − g) + uᵀ R u` with diagonal `Q` and `R`; differences of angles are wrapped.
///
/// An episode costs the sum over its steps of the cost of each action with the state that it leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The goal `g`: `[n]`.
    pub goal: Vec<f64>,
    /// The diagonal of `Q`: `[n]`.
    pub state_weights: Vec<f64>,
    /// The diagonal of `R`: `[m]`.
    pub action_weights: Vec<f64>,
    /// Which numbers of the state are angles in radians: `[n]`.
    pub angles: Vec<bool>,
}

impl Objective {
    /// `x − g`, angles between −π and π.
    ///
    /// # Panics
    /// If the state has another length than the goal.
    pub fn deviation(&self, state: &[f64]) -> Vec<f64> {
        assert_eq!(state.len(), self.goal.len(), "a state has as many numbers as the goal");
        let wrap = |((x, goal), angle): ((&f64, &f64), &bool)| {
            if *angle { wrap_angle(x - goal) } else { x - goal }
        };
        state.iter().zip(&self.goal).zip(&self.angles).map(wrap).collect()
    }

    /// The goal, with those turns of its angles that are nearest to a state.
    ///
    /// # Panics
    /// If the state has another length than the goal.
    pub fn goal_near(&self, state: &[f64]) -> Vec<f64> {
        self.deviation(state).iter().zip(state).map(|(deviation, x)| x - deviation).collect()
    }

    /// What a plan minimises: the cost of every step, and `(x − g)ᵀ Q_T (x − g)` for the state that ends the plan, with the
    /// diagonal of `Q_T`. The goal is the one of its turns that is nearest to a state, since angles of a plan count on.
    ///
    /// A plan pays for each action with the state that it leaves, so with `Q_T = Q` this is the true cost of an episode of
    /// the plan's length and the cost of the start, which no action can change.
    ///
    /// # Panics
    /// If there are not as many weights as numbers of a state.
    pub fn to_plan(&self, terminal_weights: &[f64], near: &[f64]) -> QuadraticCost {
        let angles: Vec<usize> = (0..self.angles.len()).filter(|&i| self.angles[i]).collect();
        QuadraticCost::diagonal(&self.goal, &self.state_weights, &self.action_weights, terminal_weights)
            .expect("the weights of a task are finite and not negative")
            .with_angles(&angles)
            .from_start(near)
    }

    /// The cost of a state and the action that led there.
    ///
    /// # Panics
    /// If state or action have other lengths than the weights.
    pub fn cost(&self, state: &[f64], action: &[f64]) -> f64 {
        assert_eq!(action.len(), self.action_weights.len(), "an action has as many numbers as weights");
        let weigh = |values: &[f64], weights: &[f64]| -> f64 {
            values.iter().zip(weights).map(|(value, weight)| weight * value * value).sum()
        };
        weigh(&self.deviation(state), &self.state_weights) + weigh(action, &self.action_weights)
    }
}

/// The angle between −π and π that is a whole number of turns away; angles there already keep every bit.
pub fn wrap_angle(angle: f64) -> f64 {
    angle - TAU * (angle / TAU).round()
}
