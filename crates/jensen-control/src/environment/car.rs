//! A car in a plane that is steered to a place.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Point, Shape},
    draw::{normals, uniform_within},
    dual::Scalar,
    objective::Objective,
    spec::Spec,
    success::Success,
    task::Task,
    transition::{Transition, dynamics_by_transition},
};
use crate::Limits;

const DT: f64 = 0.1;
const MOST_PLACE: f64 = 2.3;
const MOST_SPEED: f64 = 1.0;
const MOST_STEERING: f64 = FRAC_PI_4;
const TARGET: [f64; 2] = [-2.0, 2.0];
const ARRIVED: f64 = 0.3;
const SIDE: usize = 64;

/// The car of `parasol`, the code of SOLAR (Zhang et al., 2019): a bicycle of unit length between walls.
///
/// A state is the place x and y, the heading θ, the speed v and the angle φ of the front wheels; an action is the
/// acceleration a and the rate of steering s, both within ±1:
///
/// `x' = x + h v cos θ`, `y' = y + h v sin θ`, `θ' = θ + h v tan φ`, `v' = v + h a`, `φ' = φ + h s`
///
/// with h = 0.1, the places then clipped to ±2.3, v to ±1 and φ to ±π/4. It starts near (1.5, −1.5), heads upwards, and is
/// to be at (−2, 2); it costs `‖(x, y) − (−2, 2)‖² + 0.0005 ‖u‖²`. The limits of actions, an episode of 100 steps and the
/// goal region, within 0.3 of the target at the last ten of them, are set here. Pictures are of the last two steps and show
/// the target as a ring.
#[derive(Clone, Debug)]
pub struct Car {
    spec: Spec,
    objective: Objective,
}

impl Car {
    /// The car.
    pub fn new() -> Self {
        let spec = Spec {
            name: "car".to_owned(),
            description: "a car between walls, to be steered to a place".to_owned(),
            state_names: ["x", "y", "heading (rad)", "speed (1/s)", "steering (rad)"]
                .map(str::to_owned)
                .to_vec(),
            states: Limits::of_task(&[MOST_PLACE, MOST_PLACE, f64::INFINITY, MOST_SPEED, MOST_STEERING]),
            actions: Limits::of_task(&[1.0; 2]),
            control: Limits::of_task(&[1.0; 2]),
            dt: DT,
            horizon: 100,
            success: Success::HeldAtTheEnd(10),
            frames: 2,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: vec![TARGET[0], TARGET[1], 0.0, 0.0, 0.0],
            state_weights: vec![1.0, 1.0, 0.0, 0.0, 0.0],
            action_weights: vec![5e-4; 2],
            angles: vec![false, false, true, false, false],
        };
        Self { spec, objective }
    }
}

impl Default for Car {
    fn default() -> Self {
        Self::new()
    }
}

impl Transition<5, 2> for Car {
    fn transition<S: Scalar>(&self, [x, y, heading, speed, steering]: [S; 5], u: [S; 2]) -> [S; 5] {
        let [acceleration, turn] = u.map(|u| u.clip(-1.0, 1.0));
        let (sin, cos) = heading.sin_cos();
        [
            (x + speed * cos * DT).clip(-MOST_PLACE, MOST_PLACE),
            (y + speed * sin * DT).clip(-MOST_PLACE, MOST_PLACE),
            heading + speed * steering.tan() * DT,
            (speed + acceleration * DT).clip(-MOST_SPEED, MOST_SPEED),
            (steering + turn * DT).clip(-MOST_STEERING, MOST_STEERING),
        ]
    }
}

dynamics_by_transition!(Car, 5, 2);

impl Task for Car {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        (state[0] - TARGET[0]).hypot(state[1] - TARGET[1]) <= ARRIVED
    }

    fn start(&self, rng: Rng<'_>) -> Vec<f64> {
        let mut state = vec![1.5, -1.5, FRAC_PI_2, 0.0, 0.0];
        for (x, noise) in state.iter_mut().zip(normals(rng, 0, 3)) {
            *x += 0.1 * noise;
        }
        self.spec.states.clamp(&mut state);
        state
    }

    fn sample_state(&self, _index: u64, rng: Rng<'_>) -> Vec<f64> {
        uniform_within(rng, &Limits::of_task(&[MOST_PLACE, MOST_PLACE, PI, MOST_SPEED, MOST_STEERING]))
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        // The walls are at the rim when the car's middle is a pixel from it.
        const SCALE: f64 = (SIDE as f64 / 2.0 - 4.0) / MOST_PLACE;
        const HALF_CAR: f64 = 4.0;
        let pixel =
            |x: f64, y: f64| -> Point { [SIDE as f64 / 2.0 - SCALE * y, SIDE as f64 / 2.0 + SCALE * x] };
        canvas.fill(Shape::Disc { centre: pixel(TARGET[0], TARGET[1]), radius: 4.0 }, 255);
        canvas.fill(Shape::Disc { centre: pixel(TARGET[0], TARGET[1]), radius: 2.5 }, 0);
        let centre = pixel(state[0], state[1]);
        let (sin, cos) = state[2].sin_cos();
        let along = |steps: f64| [centre[0] - steps * sin, centre[1] + steps * cos];
        canvas.fill(Shape::Segment { from: along(-HALF_CAR), to: along(HALF_CAR), width: 6.0 }, 255);
        // A dark windscreen shows which end is the front.
        let across = |side: f64| {
            let [row, column] = along(2.0);
            [row + side * cos, column + side * sin]
        };
        canvas.fill(Shape::Segment { from: across(-1.5), to: across(1.5), width: 2.0 }, 0);
    }
}
