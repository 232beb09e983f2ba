//! The planners by name.

use crate::environment::Task;
use crate::{Cem, Ilqg, Limits, Mppi, NoisyIlqg, Planner, Regulator, Restarts};

/// A planner and its options, for any task.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// The regulator of the system as it is near the goal.
    Lqr,
    /// iLQR; the first plan of an episode is the best of all starts.
    Ilqr(Restarts),
    /// iLQG for the noise of the episode; the first plan starts from that of iLQR.
    Ilqg(Restarts, Ilqg),
    /// The cross-entropy method.
    Cem(Cem),
    /// Path integrals.
    Mppi(Mppi),
}

impl Method {
    /// iLQR from no action, and from some random ones: as many uniform draws as extreme ones, or one more.
    pub fn ilqr(restarts: usize) -> Self {
        Self::Ilqr(starts(restarts))
    }

    /// iLQG from the plan of iLQR.
    pub fn ilqg(restarts: usize) -> Self {
        Self::Ilqg(starts(restarts), Ilqg::default())
    }

    /// The cross-entropy method, with draws as wide as half of the limits.
    pub fn cem(limits: &Limits) -> Self {
        Self::Cem(Cem { deviation: half_width(limits), ..Cem::default() })
    }

    /// Path integrals, with draws as wide as half of the limits.
    pub fn mppi(limits: &Limits) -> Self {
        Self::Mppi(Mppi { deviation: half_width(limits), ..Mppi::default() })
    }

    /// What finds the first plan of an episode.
    pub(super) fn search(&self, task: &dyn Task, near: &[f64], sigma: f64) -> Box<dyn Planner> {
        match self {
            Self::Ilqr(restarts) => Box::new(restarts.clone()),
            Self::Ilqg(restarts, ilqg) => {
                Box::new((restarts.clone(), NoisyIlqg { planner: ilqg.clone(), sigma }))
            }
            Self::Lqr | Self::Cem(_) | Self::Mppi(_) => self.refine(task, near, sigma),
        }
    }

    /// What improves a plan that is there already.
    pub(super) fn refine(&self, task: &dyn Task, near: &[f64], sigma: f64) -> Box<dyn Planner> {
        match self {
            Self::Lqr => Box::new(Regulator { target: task.objective().goal_near(near) }),
            Self::Ilqr(Restarts { planner, .. }) => Box::new(planner.clone()),
            Self::Ilqg(_, ilqg) => Box::new(NoisyIlqg { planner: ilqg.clone(), sigma }),
            Self::Cem(cem) => Box::new(cem.clone()),
            Self::Mppi(mppi) => Box::new(mppi.clone()),
        }
    }
}

fn starts(count: usize) -> Restarts {
    Restarts { uniform: count.div_ceil(2), extreme: count / 2, ..Restarts::default() }
}

/// Half of the widest limit's half.
fn half_width(limits: &Limits) -> f64 {
    let widths = limits.low().iter().zip(limits.high()).map(|(low, high)| high - low);
    0.25 * widths.fold(0.0, f64::max)
}
