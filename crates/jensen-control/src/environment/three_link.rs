//! An arm of three links in a vertical plane, with a torque at each joint.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_3, FRAC_PI_6, PI};

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Point, Shape},
    dormand_prince::{Tolerance, integrate},
    draw::uniform_within,
    dual::Scalar,
    objective::{Objective, wrap_angle},
    spec::Spec,
    success::Success,
    task::Task,
    transition::{INTEGRATED, Transition, dynamics_by_transition},
};
use crate::Limits;

const GRAVITY: f64 = 9.81;
const LINKS: usize = 3;
const MASS: f64 = 0.1;
const LENGTH: f64 = 0.5;
const MOST_TORQUE: f64 = 1.0;
const DT: f64 = 0.02;
const SIDE: usize = 80;
/// The folded arm from which it starts, as shares of which are 0.95.
const FOLDED: [f64; LINKS] = [PI, 2.0 * FRAC_PI_3, FRAC_PI_3];

/// The three-link arm of embed to control, as an exact chain of rods: pictures of the last two steps.
///
/// A state is the three angles θ of the joints, each from the direction of the link before, the first from upright, not
/// wrapped, and their rates. Links are uniform rods of m = 0.1 and l = 0.5, the masses and lengths of Levine et al. (2020),
/// but without their limits of rates and joints, which break the equations of motion. With angles `φ₁ = θ₁`, `φ₂ = θ₁ + θ₂`,
/// `φ₃ = θ₁ + θ₂ + θ₃` from upright, Lagrange's equations are
///
/// `Σⱼ Mᵢⱼ cos(φᵢ − φⱼ) d²φⱼ/dt² = g bᵢ sin φᵢ − Σⱼ Mᵢⱼ sin(φᵢ − φⱼ) (dφⱼ/dt)² + uᵢ − uᵢ₊₁`,
///
/// where `bᵢ = m l (1/2 + k)`, `Mᵢᵢ = m l² (1/3 + k)` and `Mᵢⱼ = m l² (1/2 + k)` with `k` links after link `max(i, j)`. They
/// are integrated over 1/50 s with adaptive steps. Torques are clipped to ±1, which does not hold the stretched arm
/// horizontally (2.2 N·m). It costs `50 ‖θ‖² + ‖u‖²` with the angles wrapped.
///
/// The arm starts nearly folded, at 0.95 of (π, 2π/3, π/3), and is to be swung up: in the goal region every φ is within
/// ±π/6.
#[derive(Clone, Debug)]
pub struct ThreeLink {
    spec: Spec,
    objective: Objective,
    tolerance: Tolerance,
}

impl ThreeLink {
    /// The arm.
    pub fn new() -> Self {
        let state_names =
            ["angle", "rate"].iter().flat_map(|kind| (1..=LINKS).map(move |i| format!("{kind} {i}")));
        let spec = Spec {
            name: "three-link".to_owned(),
            description: "an arm of three links, to be swung up and held upright".to_owned(),
            state_names: state_names.collect(),
            states: Limits::of_task(&[f64::INFINITY; 2 * LINKS]),
            actions: Limits::of_task(&[MOST_TORQUE; LINKS]),
            control: Limits::of_task(&[MOST_TORQUE; LINKS]),
            dt: DT,
            horizon: 200,
            success: Success::HeldAtTheEnd(10),
            frames: 2,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: vec![0.0; 2 * LINKS],
            state_weights: vec![50.0, 50.0, 50.0, 0.0, 0.0, 0.0],
            action_weights: vec![1.0; LINKS],
            angles: vec![true, true, true, false, false, false],
        };
        Self { spec, objective, tolerance: Tolerance::SCIPY }
    }

    /// With another tolerance of its integrator than SciPy's default, [`Tolerance::SCIPY`].
    pub fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// The energy in joules, zero for an arm that rests horizontally. Without torques it stays.
    ///
    /// # Panics
    /// If the state has too few numbers.
    pub fn energy(state: &[f64]) -> f64 {
        let angles = cumulated([state[0], state[1], state[2]]);
        let rates = cumulated([state[3], state[4], state[5]]);
        let pair =
            |i: usize, j: usize| 0.5 * inertia(i, j) * (angles[i] - angles[j]).cos() * rates[i] * rates[j];
        let kinetic: f64 =
            (0..LINKS).flat_map(|i| (0..LINKS).map(move |j| (i, j))).map(|(i, j)| pair(i, j)).sum();
        kinetic + (0..LINKS).map(|i| GRAVITY * moment(i) * angles[i].cos()).sum::<f64>()
    }
}

impl Default for ThreeLink {
    fn default() -> Self {
        Self::new()
    }
}

/// `Mᵢⱼ`.
const fn inertia(i: usize, j: usize) -> f64 {
    let after = (LINKS - 1 - if i > j { i } else { j }) as f64;
    MASS * LENGTH * LENGTH * (after + if i == j { 1.0 / 3.0 } else { 0.5 })
}

/// `bᵢ`.
const fn moment(i: usize) -> f64 {
    MASS * LENGTH * (0.5 + (LINKS - 1 - i) as f64)
}

/// Sums of the first, the first two and all three.
fn cumulated<S: Scalar>([a, b, c]: [S; LINKS]) -> [S; LINKS] {
    [a, a + b, a + b + c]
}

/// The solution of `M x = b` for a symmetric positive definite `M`, by `M = L D Lᵀ`.
fn solve<S: Scalar>(m: [[S; LINKS]; LINKS], b: [S; LINKS]) -> [S; LINKS] {
    let l10 = m[1][0] / m[0][0];
    let l20 = m[2][0] / m[0][0];
    let d1 = m[1][1] - l10 * m[1][0];
    let l21 = (m[2][1] - l20 * m[1][0]) / d1;
    let d2 = m[2][2] - l20 * m[2][0] - l21 * l21 * d1;
    let y1 = b[1] - l10 * b[0];
    let y2 = b[2] - l20 * b[0] - l21 * y1;
    let x2 = y2 / d2;
    let x1 = y1 / d1 - l21 * x2;
    [b[0] / m[0][0] - l10 * x1 - l20 * x2, x1, x2]
}

impl Transition<6, 3> for ThreeLink {
    const PARALLEL_FROM: usize = INTEGRATED;

    fn transition<S: Scalar>(&self, x: [S; 6], u: [S; 3]) -> [S; 6] {
        let u = u.map(|torque| torque.clip(-MOST_TORQUE, MOST_TORQUE));
        let field = |&[a, b, c, da, db, dc]: &[S; 6]| {
            let (angles, rates) = (cumulated([a, b, c]), cumulated([da, db, dc]));
            let mut force = [u[0] - u[1], u[1] - u[2], u[2]];
            let mut mass = [[S::constant(0.0); LINKS]; LINKS];
            for i in 0..LINKS {
                mass[i][i] = S::constant(inertia(i, i));
                force[i] = force[i] + angles[i].sin_cos().0 * (GRAVITY * moment(i));
                for j in 0..i {
                    let (sin, cos) = (angles[i] - angles[j]).sin_cos();
                    let sin = sin * inertia(i, j);
                    mass[i][j] = cos * inertia(i, j);
                    mass[j][i] = mass[i][j];
                    force[i] = force[i] - sin * rates[j] * rates[j];
                    force[j] = force[j] + sin * rates[i] * rates[i];
                }
            }
            let [a, b, c] = solve(mass, force);
            [da, db, dc, a, b - a, c - b]
        };
        integrate(field, x, DT, self.tolerance)
    }
}

dynamics_by_transition!(ThreeLink, 6, 3);

impl Task for ThreeLink {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        cumulated([state[0], state[1], state[2]]).iter().all(|angle| wrap_angle(*angle).abs() <= FRAC_PI_6)
    }

    fn start(&self, _rng: Rng<'_>) -> Vec<f64> {
        FOLDED.iter().map(|angle| 0.95 * angle).chain([0.0; LINKS]).collect()
    }

    /// Angles within ±(π, 2π/3, π/3) and rates within ±π/2, as in the data of Levine et al. (2020).
    fn sample_state(&self, _index: u64, rng: Rng<'_>) -> Vec<f64> {
        uniform_within(rng, &Limits::of_task(&[FOLDED, [FRAC_PI_2; LINKS]].concat()))
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        const ROD: f64 = SIDE as f64 / 6.0 - 2.0;
        let mut from: Point = [SIDE as f64 / 2.0; 2];
        for angle in cumulated([state[0], state[1], state[2]]) {
            let (sin, cos) = angle.sin_cos();
            let to = [from[0] - ROD * cos, from[1] + ROD * sin];
            canvas.fill(Shape::Segment { from, to, width: 5.0 }, 255);
            from = to;
        }
    }
}
