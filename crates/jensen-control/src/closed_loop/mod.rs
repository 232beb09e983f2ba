//! Plans on the true system: episodes of a task in which a planner acts.

mod controller;
mod method;
mod summary;

use std::sync::Arc;

use jensen_random::Rng;

use controller::Controller;
pub use controller::PlanRecord;
pub use method::Method;
pub use summary::Summary;

use crate::environment::{EnvironmentError, Rollout, Simulation, Task, rollout};

/// When a new plan is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replanning {
    /// When the last one is used up. Until then it is followed with its feedback.
    WhenUsedUp,
    /// In every state, from what the last one has left: control by a receding horizon.
    EveryStep,
}

/// How a task is controlled.
///
/// ```
/// use jensen_control::{ClosedLoop, Method, Replanning, Summary, environment::by_name};
/// use jensen_random::Rng;
///
/// let task = by_name("point-mass")?.into();
/// let control = ClosedLoop {
///     method: Method::Lqr,
///     replanning: Replanning::WhenUsedUp,
///     horizon: 50,
///     noise: 0.0,
/// };
/// let episodes: Vec<_> = (0..5).map(|e| control.episode(&task, Rng::seed(1).at(e))).collect::<Result<_, _>>()?;
/// assert_eq!(Summary::of(&episodes).success_rate, 1.0);
/// # Ok::<(), jensen_control::environment::EnvironmentError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedLoop {
    /// How plans are made.
    pub method: Method,
    /// When they are made.
    pub replanning: Replanning,
    /// Steps of a plan.
    pub horizon: usize,
    /// The standard deviation of the noise on every number of the state after every step, which iLQG knows.
    pub noise: f64,
}

/// An episode and the plans that were made in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// What happened. Its costs are the true ones, whatever cost the plans were made for.
    pub rollout: Rollout,
    /// The plans, in order.
    pub plans: Vec<PlanRecord>,
}

impl ClosedLoop {
    /// An episode of a task on its true dynamics. The first plan starts from no action.
    ///
    /// # Errors
    /// If the horizon is zero, the noise is negative or not finite, or there is no plan.
    pub fn episode(&self, task: &Arc<dyn Task>, rng: Rng<'_>) -> Result<Episode, EnvironmentError> {
        let mut simulation = Simulation::shared(Arc::clone(task)).with_noise(self.noise)?;
        let mut controller = Controller::new(self, &**task);
        let rollout = rollout(&mut simulation, &mut controller, rng)?;
        Ok(Episode { rollout, plans: controller.into_plans() })
    }
}
