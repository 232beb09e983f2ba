//! Episodes.

use jensen_random::Rng;

use super::{Environment, error::EnvironmentError, policy::Policy};

/// What happened in an episode of `T` steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// The states, `[T + 1, n]`.
    pub states: Vec<f64>,
    /// The actions as they were asked for, `[T, m]`: action `t` moved state `t` to state `t + 1`.
    pub actions: Vec<f64>,
    /// The true cost of each step, `[T]`.
    pub costs: Vec<f64>,
    /// Whether each step led into the goal region, `[T]`.
    pub in_goal: Vec<bool>,
    /// Whether the episode succeeded.
    pub succeeded: bool,
}

impl Rollout {
    /// The true cost `J` of the whole.
    pub fn cost(&self) -> f64 {
        self.costs.iter().sum()
    }

    /// The share of steps that led into the goal region; zero without steps.
    pub fn share_in_goal(&self) -> f64 {
        self.in_goal.iter().filter(|in_goal| **in_goal).count() as f64 / self.in_goal.len().max(1) as f64
    }
}

/// An episode from the environment's start to its end.
///
/// ```
/// use jensen_control::environment::{Pendulum, Simulation, rollout};
/// use jensen_random::Rng;
///
/// let mut pendulum = Simulation::new(Box::new(Pendulum::balance()));
/// let hold = rollout(&mut pendulum, &mut |state: &[f64]| vec![-2.0 * state[0] - 0.2 * state[1]], Rng::seed(0))?;
/// assert!(hold.succeeded);
/// # Ok::<(), jensen_control::environment::EnvironmentError>(())
/// ```
///
/// # Errors
/// As [`Environment::reset`] and [`Environment::step`], and if the policy fails.
pub fn rollout(
    environment: &mut dyn Environment,
    policy: &mut dyn Policy,
    rng: Rng<'_>,
) -> Result<Rollout, EnvironmentError> {
    environment.reset(rng)?;
    let (mut states, mut actions) = (environment.state()?.to_vec(), Vec::new());
    let (mut costs, mut in_goal) = (Vec::new(), Vec::new());
    for t in 0.. {
        let action = policy.act(environment.spec(), environment.state()?, rng.fork("policy").at(t))?;
        let step = environment.step(&action)?;
        states.extend(environment.state()?);
        actions.extend(action);
        costs.push(step.cost);
        in_goal.push(step.in_goal);
        if step.ended {
            break;
        }
    }
    let succeeded = environment.spec().success.met(&in_goal);
    Ok(Rollout { states, actions, costs, in_goal, succeeded })
}
