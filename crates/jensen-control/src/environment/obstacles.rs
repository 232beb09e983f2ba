//! The cost of the way past the obstacles of the planar system.

use super::planar::Planar;
use crate::{Cost, CostExpansion, QuadraticCost};

/// How much it costs to be at the centre of an obstacle: about what the way across the world is worth in one step.
const HEIGHT: f64 = 2e4;
/// The width of a hill: at the corner of the body, 2.1 from the centre, it still has more than half of its height.
const WIDTH: f64 = 2.0;

/// What a plan in the planar system minimises: the true cost, which knows of no obstacles, and a hill
/// `h exp(−‖x − c‖² / 2w²)` at the centre `c` of each of them, with `h = 20 000` and `w = 2`.
///
/// Without it a plan ends at the first obstacle in its way, where the mover stays whatever it does. Hessians of hills are
/// those of Gauss–Newton, `2 ∇r ∇rᵀ` with `r² = h exp(−‖x − c‖² / 2w²)`, which are never negative.
#[derive(Clone, Debug)]
pub struct AroundObstacles {
    way: QuadraticCost,
}

impl AroundObstacles {
    /// Hills in the way of a cost of states of a row and a column.
    ///
    /// # Panics
    /// If the states have another size.
    pub fn new(way: QuadraticCost) -> Self {
        assert_eq!(way.target().len(), 2, "the planar system has states of 2 numbers");
        Self { way }
    }

    /// The height of each hill at a state, with `−(x − c) / w²`, its logarithm's slope.
    fn hills(state: &[f64]) -> impl Iterator<Item = (f64, [f64; 2])> {
        Planar::OBSTACLES.into_iter().map(|centre| {
            let away = [state[0] - centre[0], state[1] - centre[1]];
            let square = away[0] * away[0] + away[1] * away[1];
            let slope = away.map(|away| -away / (WIDTH * WIDTH));
            (HEIGHT * (-0.5 * square / (WIDTH * WIDTH)).exp(), slope)
        })
    }

    fn height(state: &[f64]) -> f64 {
        Self::hills(state).map(|(height, _)| height).sum()
    }

    fn add_hills(state: &[f64], at: &mut CostExpansion) {
        for (height, slope) in Self::hills(state) {
            for i in 0..2 {
                at.by_state[i] += height * slope[i];
                for j in 0..2 {
                    at.by_state_state[2 * i + j] += 0.5 * height * slope[i] * slope[j];
                }
            }
        }
    }
}

impl Cost for AroundObstacles {
    fn stage(&self, t: usize, state: &[f64], action: &[f64]) -> f64 {
        self.way.stage(t, state, action) + Self::height(state)
    }

    fn terminal(&self, state: &[f64]) -> f64 {
        self.way.terminal(state) + Self::height(state)
    }

    fn expand_stage(&self, t: usize, state: &[f64], action: &[f64], at: &mut CostExpansion) {
        self.way.expand_stage(t, state, action, at);
        Self::add_hills(state, at);
    }

    fn expand_terminal(&self, state: &[f64], at: &mut CostExpansion) {
        self.way.expand_terminal(state, at);
        Self::add_hills(state, at);
    }
}
