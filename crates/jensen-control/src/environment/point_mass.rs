//! A mass in a plane that is pushed to rest at the origin: the task that a linear–quadratic regulator solves exactly.

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Shape},
    draw::{uniform, uniform_within},
    dual::Scalar,
    objective::Objective,
    spec::Spec,
    success::Success,
    task::Task,
    transition::{Transition, dynamics_by_transition},
};
use crate::Limits;

const DT: f64 = 0.1;
const MOST_FORCE: f64 = 3.0;
const ARRIVED: f64 = 0.1;
const SIDE: usize = 64;

/// A unit mass in a plane without friction, pushed with a force that is constant over each step.
///
/// A state is the place p and the velocity v, an action the force u. The step over h = 0.1 is exact,
///
/// `p' = p + h v + h²/2 u`, `v' = v + h u`,
///
/// and it costs `‖p‖² + 0.1 ‖v‖² + 0.1 ‖u‖²`. From a start uniform in ±1, at rest, the optimal regulator does not meet the
/// limit of ±3, so an endless episode costs `xᵀ (P − Q) x` with [`PointMass::RICCATI`] for `P` on each axis (`Q` is that of
/// the start, which no step leads to). Success is to be
/// within 0.1 of the origin at the last ten of 50 steps. Pictures are of the last two steps, and show the
/// origin as a ring; they reach to ±2.
#[derive(Clone, Debug)]
pub struct PointMass {
    spec: Spec,
    objective: Objective,
}

impl PointMass {
    /// The cost to go of one axis, `P` of `(p, v)`: the solution of the discrete algebraic Riccati equation, with
    /// `xᵀ P x = min Σₜ xₜᵀ Q xₜ + uₜᵀ R uₜ` from the present state on.
    pub const RICCATI: [[f64; 2]; 2] =
        [[9.077_561_471_417_756, 3.166_228_039_797_516], [3.166_228_039_797_516, 2.765_851_564_388_968]];

    /// The mass.
    pub fn new() -> Self {
        let spec = Spec {
            name: "point-mass".to_owned(),
            description: "a mass in a plane, to be pushed to rest at the origin (linear-quadratic)"
                .to_owned(),
            state_names: ["x (m)", "y (m)", "x-velocity (m/s)", "y-velocity (m/s)"]
                .map(str::to_owned)
                .to_vec(),
            states: Limits::of_task(&[f64::INFINITY; 4]),
            actions: Limits::of_task(&[MOST_FORCE; 2]),
            control: Limits::of_task(&[MOST_FORCE; 2]),
            dt: DT,
            horizon: 50,
            success: Success::HeldAtTheEnd(10),
            frames: 2,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: vec![0.0; 4],
            state_weights: vec![1.0, 1.0, 0.1, 0.1],
            action_weights: vec![0.1; 2],
            angles: vec![false; 4],
        };
        Self { spec, objective }
    }
}

impl Default for PointMass {
    fn default() -> Self {
        Self::new()
    }
}

impl Transition<4, 2> for PointMass {
    fn transition<S: Scalar>(&self, [x, y, dx, dy]: [S; 4], u: [S; 2]) -> [S; 4] {
        let [ux, uy] = u.map(|u| u.clip(-MOST_FORCE, MOST_FORCE));
        let place = |p: S, v: S, u: S| p + v * DT + u * (0.5 * DT * DT);
        [place(x, dx, ux), place(y, dy, uy), dx + ux * DT, dy + uy * DT]
    }
}

dynamics_by_transition!(PointMass, 4, 2);

impl Task for PointMass {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        state[0].hypot(state[1]) <= ARRIVED
    }

    fn start(&self, rng: Rng<'_>) -> Vec<f64> {
        vec![uniform(rng, 0, -1.0, 1.0), uniform(rng, 1, -1.0, 1.0), 0.0, 0.0]
    }

    fn sample_state(&self, _index: u64, rng: Rng<'_>) -> Vec<f64> {
        uniform_within(rng, &Limits::of_task(&[1.0; 4]))
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        const MIDDLE: f64 = SIDE as f64 / 2.0;
        const SCALE: f64 = MIDDLE / 2.0;
        canvas.fill(Shape::Disc { centre: [MIDDLE; 2], radius: 6.0 }, 255);
        canvas.fill(Shape::Disc { centre: [MIDDLE; 2], radius: 4.5 }, 0);
        let centre = [MIDDLE - SCALE * state[1], MIDDLE + SCALE * state[0]];
        canvas.fill(Shape::Disc { centre, radius: 3.5 }, 255);
    }
}
