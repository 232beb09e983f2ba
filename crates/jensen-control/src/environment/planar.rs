//! The planar system: a mover among six obstacles, seen from above.

use std::sync::LazyLock;

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Shape},
    check::check_state,
    draw::uniform,
    dual::Scalar,
    error::EnvironmentError,
    objective::Objective,
    obstacles::AroundObstacles,
    spec::Spec,
    success::Success,
    task::Task,
    transition::{Transition, dynamics_by_transition},
};
use crate::{Cost, Limits};

/// Side of the square world, in pixels too.
const SIDE: usize = 40;
/// Half the side of the mover's body.
const HALF_BODY: f64 = 1.5;
/// Half the side of the square that is drawn of it.
const HALF_DRAWN: f64 = 1.0;
const LOW: f64 = HALF_BODY;
const HIGH: f64 = SIDE as f64 - HALF_BODY;
const MOST_MOVE: f64 = 3.0;
const GOAL_RADIUS: f64 = 2.0;
/// How far from an integer the actions of collected data may be: pictures show whole pixels.
const NEAR_INTEGER: f64 = 0.1;

/// The obstacles as a picture, 0 or 255, `[40, 40]`.
static OBSTACLES: LazyLock<Vec<u8>> =
    LazyLock::new(|| bitmap(include_str!("../../assets/planar_obstacles.pbm")));

/// The planar system of Watter et al. (2015), as Levine et al. (2020, prediction, consistency, curvature) define it: a
/// mover in a world of 40 by 40 with six obstacles, observed as a picture.
///
/// A state is a row and a column. An action is clipped to ±3 and added, the sum clipped to `[1.5, 38.5]`; where that is
/// not [valid](Self::is_valid), the mover stays. Jacobians are those of the two cases, without the jump between them.
/// Noise, which comes after, may put the mover into an obstacle. It costs `10 ‖x − goal‖² + ‖u‖²`, and succeeds when it is
/// within 2 of the goal at some step.
#[derive(Clone, Debug)]
pub struct Planar {
    spec: Spec,
    objective: Objective,
    start: Option<[f64; 2]>,
}

impl Planar {
    /// The centres of the obstacles.
    pub const OBSTACLES: [[f64; 2]; 6] =
        [[20.5, 5.5], [20.5, 13.5], [20.5, 27.5], [20.5, 35.5], [10.5, 20.5], [30.5, 20.5]];

    /// The corners to which the mover is sent in the protocol of Levine et al. (2020).
    pub const GOALS: [[f64; 2]; 3] = [[37.0, 37.0], [37.0, 3.0], [3.0, 37.0]];

    /// The way to a goal from a start uniform in `[3, 7]²`.
    ///
    /// # Errors
    /// If the goal is outside of `[1.5, 38.5]²`.
    pub fn new(goal: [f64; 2]) -> Result<Self, EnvironmentError> {
        let planar = Self::to(goal);
        check_state(&planar.spec, &goal)?;
        Ok(planar)
    }

    fn to(goal: [f64; 2]) -> Self {
        let spec = Spec {
            name: "planar".to_owned(),
            description: "a mover among six obstacles, from one corner to the opposite one".to_owned(),
            state_names: ["row", "column"].map(str::to_owned).to_vec(),
            states: Limits::new(&[LOW; 2], &[HIGH; 2]).expect("constants in order"),
            actions: Limits::of_task(&[MOST_MOVE; 2]),
            control: Limits::of_task(&[MOST_MOVE; 2]),
            dt: 1.0,
            horizon: 40,
            success: Success::Reached,
            frames: 1,
            height: SIDE,
            width: SIDE,
        };
        let objective = Objective {
            goal: goal.to_vec(),
            state_weights: vec![10.0; 2],
            action_weights: vec![1.0; 2],
            angles: vec![false; 2],
        };
        Self { spec, objective, start: None }
    }

    /// Always from this start: (3, 3) in the protocol of Banijamali et al. (2018, robust locally linear control).
    ///
    /// # Errors
    /// If it is outside of `[1.5, 38.5]²`.
    pub fn with_start(self, start: [f64; 2]) -> Result<Self, EnvironmentError> {
        check_state(&self.spec, &start)?;
        Ok(Self { start: Some(start), ..self })
    }

    /// Whether a state is inside of `[1.5, 38.5]²` and no obstacle's centre is in the body around it, the square
    /// `(x − 1.5, x + 1.5]`.
    pub fn is_valid(state: [f64; 2]) -> bool {
        let within = state.iter().all(|x| (LOW..=HIGH).contains(x));
        let covers = |centre: &[f64; 2]| {
            (0..2).all(|i| state[i] - HALF_BODY < centre[i] && centre[i] <= state[i] + HALF_BODY)
        };
        within && !Self::OBSTACLES.iter().any(covers)
    }

    /// All valid states of whole numbers, row by row.
    pub fn integer_states() -> Vec<[f64; 2]> {
        let side = 0..=SIDE as u32;
        let states = side.clone().flat_map(|row| side.clone().map(move |column| [row, column]));
        states.map(|state| state.map(f64::from)).filter(|state| Self::is_valid(*state)).collect()
    }
}

impl Default for Planar {
    /// To the corner opposite of the start.
    fn default() -> Self {
        Self::to(Self::GOALS[0])
    }
}

impl Transition<2, 2> for Planar {
    fn transition<S: Scalar>(&self, x: [S; 2], u: [S; 2]) -> [S; 2] {
        let moved: [S; 2] =
            std::array::from_fn(|i| (x[i] + u[i].clip(-MOST_MOVE, MOST_MOVE)).clip(LOW, HIGH));
        // What is not a number is not valid either, and must not become a mover that stays.
        let stays = !Self::is_valid(moved.map(S::value)) && moved.iter().all(|x| !x.value().is_nan());
        if stays { x } else { moved }
    }
}

dynamics_by_transition!(Planar, 2, 2);

impl Task for Planar {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    /// The true cost and a hill on each obstacle, [`AroundObstacles`].
    fn planning_cost(&self, near: &[f64]) -> Box<dyn Cost> {
        Box::new(AroundObstacles::new(self.objective.to_plan(&self.objective.state_weights, near)))
    }

    fn in_goal(&self, state: &[f64]) -> bool {
        self.objective.deviation(state).iter().map(|d| d * d).sum::<f64>().sqrt() <= GOAL_RADIUS
    }

    fn start(&self, rng: Rng<'_>) -> Vec<f64> {
        match self.start {
            Some(start) => start.to_vec(),
            None => (0..2).map(|i| uniform(rng, i, 3.0, 7.0)).collect(),
        }
    }

    /// The valid states of whole numbers in turn.
    fn sample_state(&self, index: u64, _rng: Rng<'_>) -> Vec<f64> {
        static STATES: LazyLock<Vec<[f64; 2]>> = LazyLock::new(Planar::integer_states);
        STATES[(index % STATES.len() as u64) as usize].to_vec()
    }

    /// Uniform among the actions near whole numbers that lead to a valid state. From a state that is not valid (noise) such
    /// an action need not exist: then it is uniform within the limits.
    fn sample_action(&self, state: &[f64], rng: Rng<'_>) -> Vec<f64> {
        const TRIES: usize = 10_000;
        let proposal = |t: usize| [0, 1].map(|i| uniform(rng, 2 * t + i, -MOST_MOVE, MOST_MOVE));
        let kept = |u: &[f64; 2]| {
            u.iter().all(|u| (u - u.round()).abs() <= NEAR_INTEGER)
                && Self::is_valid([state[0] + u[0], state[1] + u[1]])
        };
        (0..TRIES).map(proposal).find(kept).unwrap_or_else(|| proposal(0)).to_vec()
    }

    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>) {
        canvas.pixels().copy_from_slice(&OBSTACLES);
        let low = [0, 1].map(|i| state[i].round_ties_even() - HALF_DRAWN);
        canvas.fill(Shape::Rectangle { low, high: low.map(|low| low + 2.0 * HALF_DRAWN) }, 255);
    }
}

/// A plain bitmap (`P1`) as bytes, 255 where it has a one.
fn bitmap(text: &str) -> Vec<u8> {
    let content = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    // The magic number, the width and the height come first.
    content.skip(3).map(|bit| if bit == "1" { 255 } else { 0 }).collect()
}
