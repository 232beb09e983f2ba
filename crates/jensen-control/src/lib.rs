//! Environments, planning and control.
//!
//! Everything here computes in `f64` on slices: a tensor operation costs more than a whole step of a small system.
//! A learned latent model takes part by implementing [`Dynamics`].
//!
//! A [`Problem`] is a system, a [`Cost`] and the [`Limits`] of its actions. What solves it:
//!
//! | planner | for | gives |
//! |---|---|---|
//! | [`Lqr`] | linear systems with a quadratic cost, without limits | the best policy, in closed form |
//! | [`Ilqr`] | systems with derivatives | a trajectory, and feedback around it |
//! | [`Ilqg`] | the same under noise that may grow with state and action, seen through a [`Sensor`] | feedback and filter |
//! | [`Restarts`] | costs with several valleys | the best of several iLQR plans, in one batch |
//! | [`Cem`], [`Mppi`] | whatever can be simulated | actions |
//! | [`RecedingHorizon`] | control by any of them | a new plan in each state, started from the last one |

mod closed_loop;
mod dynamics;
pub mod environment;
mod limits;
mod planning;

pub use closed_loop::{ClosedLoop, Episode, Method, PlanRecord, Replanning, Summary};
pub use dynamics::{Dynamics, Linearization};
pub use limits::{Limits, LimitsError};
pub use planning::{
    Cem, Cost, CostExpansion, Descent, Ilqg, Ilqr, Iteration, LinearNoise, LinearSensor, LinearSystem, Lqr,
    Mppi, Noise, NoiseExpansion, NoisyIlqg, Plan, Planner, PlanningError, Problem, QuadraticCost,
    RecedingHorizon, Regulator, Report, Restarts, Sensor, SensorExpansion, StochasticPlan, StochasticProblem,
    StopReason, Tail,
};
