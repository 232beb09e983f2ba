//! A pole on a cart that is pushed: to be balanced, or swung up first.

use std::f64::consts::{FRAC_PI_8, PI};

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Shape},
    dormand_prince::{Tolerance, integrate},
    draw::{uniform, uniform_within},
    dual::Scalar,
    objective::{Objective, wrap_angle},
    spec::Spec,
    success::Success,
    task::Task,
    transition::{INTEGRATED, Transition, dynamics_by_transition},
};
use crate::{Cost, Limits};

const GRAVITY: f64 = 9.81;
const CART: f64 = 1.0;
const POLE: f64 = 0.1;
const BOTH: f64 = CART + POLE;
/// From the hinge to the middle of the pole.
const HALF_LENGTH: f64 = 0.5;
const MOST_FORCE: f64 = 10.0;
const MOST_PLACE: f64 = 2.4;
const MOST_SPEED: f64 = 6.0;
const MOST_RATE: f64 = 2.0 * PI;
const UPRIGHT: f64 = PI / 10.0;
const DT: f64 = 0.02;
const SIDE: usize = 80;

/// The cart-pole of Barto, Sutton and Anderson (1983, without friction), with the limits of Levine et al. (2020): pictures
/// of the last two steps.
///
/// A state is the place x in metres, the angle θ from upright, not wrapped, the speed v and the rate ω; an action pushes
/// the cart with up to ±10 N. With masses M = 1 and m = 0.1 and the pole's middle l = 0.5 from its hinge,
///
/// `(M + m) dv/dt + m l cos θ dω/dt = u + m l ω² sin θ`,
/// `4/3 l dω/dt + cos θ dv/dt = g sin θ`,
///
/// integrated over 1/50 s with adaptive steps; then v is clipped to ±6 and ω to ±2π. The track has no walls: beyond ±2.4 a
/// state is not in the goal region, whatever its angle. It costs `100 θ² + u²` with the angle wrapped.
#[derive(Clone, Debug)]
pub struct CartPole {
    spec: Spec,
    objective: Objective,
    angles: [f64; 2],
    tolerance: Tolerance,
}

impl CartPole {
    /// From an angle uniform in ±π/8, to be held within ±π/10 throughout.
    pub fn balance() -> Self {
        let description = "a pole on a cart, to be held upright";
        Self::new("cartpole", description, 50, Success::HeldThroughout, [-FRAC_PI_8, FRAC_PI_8])
    }

    /// From nearly hanging, with an angle uniform in `[0.9π, 1.1π]`, to be swung up and held.
    pub fn swing_up() -> Self {
        let description = "a pole on a cart, to be swung up and held upright";
        Self::new("cartpole-swingup", description, 150, Success::HeldAtTheEnd(10), [0.9 * PI, 1.1 * PI])
    }

    fn new(name: &str, description: &str, horizon: usize, success: Success, angles: [f64; 2]) -> Self {
        let spec = Spec {
            name: name.to_owned(),
            description: description.to_owned(),
            state_names: ["place (m)", "angle (rad)", "speed (m/s)", "rate (rad/s)"]
                .map(str::to_owned)
                .to_vec(),
            states: Limits::of_task(&[f64::INFINITY, f64::INFINITY, MOST_SPEED, MOST_RATE]),
            actions: Limits::of_task(&[MOST_FORCE]),
            control: Limits::of_task(&[MOST_FORCE]),
            dt: DT,
            horizon,
            success,
            frames: 2,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: vec![0.0; 4],
            state_weights: vec![0.0, 100.0, 0.0, 0.0],
            action_weights: vec![1.0],
            angles: vec![false, true, false, false],
        };
        Self { spec, objective, angles, tolerance: Tolerance::SCIPY }
    }

    /// With another tolerance of its integrator than SciPy's default, [`Tolerance::SCIPY`].
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// The energy in joules, zero for a cart at rest with its pole horizontal. Without force it stays.
    ///
    /// # Panics
    /// If the state has too few numbers.
    pub fn energy(state: &[f64]) -> f64 {
        let (angle, speed, rate) = (state[1], state[2], state[3]);
        let swing = POLE * HALF_LENGTH * rate;
        0.5 * BOTH * speed * speed
            + swing * speed * angle.cos()
            + 0.5 * (4.0 / 3.0) * swing * HALF_LENGTH * rate
            + POLE * GRAVITY * HALF_LENGTH * angle.cos()
    }
}

impl Transition<4, 1> for CartPole {
    const PARALLEL_FROM: usize = INTEGRATED;

    fn transition<S: Scalar>(&self, x: [S; 4], u: [S; 1]) -> [S; 4] {
        let force = u[0].clip(-MOST_FORCE, MOST_FORCE);
        let field = |&[_, angle, speed, rate]: &[S; 4]| {
            let (sin, cos) = angle.sin_cos();
            // The force on the cart if the pole were not turning faster.
            let push = force + rate * rate * sin * (POLE * HALF_LENGTH);
            let turning = (sin * (BOTH * GRAVITY) - cos * push)
                / (cos * cos * (-POLE * HALF_LENGTH) + 4.0 / 3.0 * BOTH * HALF_LENGTH);
            [speed, rate, (push - turning * cos * (POLE * HALF_LENGTH)) * BOTH.recip(), turning]
        };
        let [place, angle, speed, rate] = integrate(field, x, DT, self.tolerance);
        [place, angle, speed.clip(-MOST_SPEED, MOST_SPEED), rate.clip(-MOST_RATE, MOST_RATE)]
    }
}

dynamics_by_transition!(CartPole, 4, 1);

impl Task for CartPole {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    /// The true cost; to swing up, with `10³ x² + 10⁴ θ² + 10³ v² + 10³ ω²` at the end of the plan: the true cost alone is least
    /// for plans that let the cart run.
    fn planning_cost(&self, near: &[f64]) -> Box<dyn Cost> {
        let terminal_weights = match self.spec.success {
            Success::HeldThroughout => &self.objective.state_weights[..],
            Success::Reached | Success::HeldAtTheEnd(_) => &[1e3, 1e4, 1e3, 1e3],
        };
        Box::new(self.objective.to_plan(terminal_weights, near))
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        wrap_angle(state[1]).abs() <= UPRIGHT && state[0].abs() <= MOST_PLACE
    }

    fn start(&self, rng: Rng<'_>) -> Vec<f64> {
        vec![0.0, uniform(rng, 0, self.angles[0], self.angles[1]), 0.0, 0.0]
    }

    /// Places on the track, speeds and rates uniform within their limits; angles all around, or within ±π/10 where the pole
    /// is only balanced.
    fn sample_state(&self, _index: u64, rng: Rng<'_>) -> Vec<f64> {
        let angle = if self.spec.success == Success::HeldThroughout { UPRIGHT } else { PI };
        let limits = [MOST_PLACE, angle, MOST_SPEED, MOST_RATE];
        uniform_within(rng, &Limits::of_task(&limits))
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        const WHEELBASE: f64 = SIDE as f64 / 10.0;
        const CART_HEIGHT: f64 = SIDE as f64 / 20.0;
        const MIDDLE: f64 = SIDE as f64 / 2.0;
        // A pole that is only balanced is above the cart, and as large as it can be.
        let (hinge, rod) = match self.spec.success {
            Success::HeldThroughout => (SIDE as f64 - 2.0 * CART_HEIGHT - 2.0, 0.65 * SIDE as f64),
            Success::Reached | Success::HeldAtTheEnd(_) => (MIDDLE, 0.4 * SIDE as f64),
        };
        let column = MIDDLE + state[0] / MOST_PLACE * (MIDDLE - WHEELBASE);
        let low = [hinge - CART_HEIGHT, column - WHEELBASE];
        let high = [hinge + CART_HEIGHT, column + WHEELBASE];
        canvas.fill(Shape::Rectangle { low, high }, 255);
        let (sin, cos) = state[1].sin_cos();
        let tip = [hinge - rod * cos, column + rod * sin];
        canvas.fill(Shape::Segment { from: [hinge, column], to: tip, width: 6.0 }, 255);
    }
}
