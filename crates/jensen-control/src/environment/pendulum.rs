//! A pendulum with a torque at its pivot: to be balanced, or swung up first.

use std::f64::consts::{FRAC_PI_6, PI};

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
use crate::Limits;

const GRAVITY: f64 = 9.81;
const MASS: f64 = 0.1;
const LENGTH: f64 = 0.5;
const INERTIA: f64 = MASS * LENGTH * LENGTH / 3.0;
const MOST_TORQUE: f64 = 1.0;
const MOST_CONTROL: f64 = 0.65;
const MOST_RATE: f64 = 3.0 * PI;
const DT: f64 = 0.02;
const SIDE: usize = 48;

/// The inverted pendulum of embed to control (Watter et al., 2015), as Levine et al. (2020) define it: pictures of the last
/// two steps show where it is and how fast.
///
/// A state is the angle θ from upright in radians, not wrapped, and its rate ω, clipped to ±3π. With m = 0.1, l = 0.5,
/// g = 9.81 and the inertia I = m l²/3,
///
/// `dθ/dt = ω`, `I dω/dt = m g l sin θ + u`,
///
/// integrated over 1/50 s with adaptive steps. The gravity is that of a mass at the tip and the inertia that of a rod, as in
/// their code; a torque is positive in the direction of θ. Torques are clipped to ±1; a planner may use ±0.65. It costs
/// `50 θ² + u²` with the angle wrapped.
#[derive(Clone, Debug)]
pub struct Pendulum {
    spec: Spec,
    objective: Objective,
    start: [f64; 2],
    tolerance: Tolerance,
}

impl Pendulum {
    /// From upright, to be held there.
    pub fn balance() -> Self {
        Self::new("pendulum", "a pendulum, to be held upright", [0.0, 0.0])
    }

    /// From nearly hanging, with an angle uniform in `[0.9π, 0.95π]`, to be swung up and held.
    pub fn swing_up() -> Self {
        let description = "a pendulum, to be swung up and held upright";
        Self::new("pendulum-swingup", description, [0.9 * PI, 0.95 * PI])
    }

    fn new(name: &str, description: &str, start: [f64; 2]) -> Self {
        let spec = Spec {
            name: name.to_owned(),
            description: description.to_owned(),
            state_names: ["angle (rad)", "rate (rad/s)"].map(str::to_owned).to_vec(),
            states: Limits::of_task(&[f64::INFINITY, MOST_RATE]),
            actions: Limits::of_task(&[MOST_TORQUE]),
            control: Limits::of_task(&[MOST_CONTROL]),
            dt: DT,
            horizon: 100,
            success: Success::HeldAtTheEnd(10),
            frames: 2,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: vec![0.0; 2],
            state_weights: vec![50.0, 0.0],
            action_weights: vec![1.0],
            angles: vec![true, false],
        };
        Self { spec, objective, start, tolerance: Tolerance::SCIPY }
    }

    /// With another tolerance of its integrator than SciPy's default, [`Tolerance::SCIPY`].
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// The energy in joules, zero where the pendulum rests horizontally. Without torque it stays.
    ///
    /// # Panics
    /// If the state has too few numbers.
    pub fn energy(state: &[f64]) -> f64 {
        0.5 * INERTIA * state[1] * state[1] + MASS * GRAVITY * LENGTH * state[0].cos()
    }
}

impl Transition<2, 1> for Pendulum {
    const PARALLEL_FROM: usize = INTEGRATED;

    fn transition<S: Scalar>(&self, x: [S; 2], u: [S; 1]) -> [S; 2] {
        let torque = u[0].clip(-MOST_TORQUE, MOST_TORQUE);
        let field =
            |x: &[S; 2]| [x[1], (x[0].sin_cos().0 * (MASS * GRAVITY * LENGTH) + torque) * INERTIA.recip()];
        let [angle, rate] = integrate(field, x, DT, self.tolerance);
        [angle, rate.clip(-MOST_RATE, MOST_RATE)]
    }
}

dynamics_by_transition!(Pendulum, 2, 1);

impl Task for Pendulum {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        wrap_angle(state[0]).abs() <= FRAC_PI_6
    }

    fn start(&self, rng: Rng<'_>) -> Vec<f64> {
        vec![uniform(rng, 0, self.start[0], self.start[1]), 0.0]
    }

    fn sample_state(&self, _index: u64, rng: Rng<'_>) -> Vec<f64> {
        uniform_within(rng, &Limits::of_task(&[PI, MOST_RATE]))
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        const CENTRE: f64 = SIDE as f64 / 2.0;
        const ROD: f64 = CENTRE - 2.0;
        let (sin, cos) = state[0].sin_cos();
        let tip = [CENTRE - ROD * cos, CENTRE + ROD * sin];
        canvas.fill(Shape::Segment { from: [CENTRE; 2], to: tip, width: 4.0 }, 255);
    }
}
