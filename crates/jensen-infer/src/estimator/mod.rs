//! How the gradient of a bound is found.
//!
//! A bound is an expectation under the posterior, whose parameters the gradient is taken for. An
//! estimator turns it into a [`Surrogate`]: a loss whose gradient is an estimate of the bound's.
//!
//! | estimator | needs of the posterior | needs of the bound | unbiased |
//! |---|---|---|---|
//! | [`Pathwise`] | reparameterised | | yes |
//! | [`StickingTheLanding`] | reparameterised | ELBO, divergence at samples | yes |
//! | [`DoublyReparameterized`] | reparameterised | mean of weights | yes |
//! | [`ScoreFunction`] | | | yes |
//! | [`MuProp`] | a mean | ELBO | yes |
//! | [`Relaxation`] | a continuous relaxation | | no |
//! | [`RelaxedControl`] (REBAR, RELAX) | a continuous relaxation | ELBO | yes |
//! | [`WakeSleep`] | | mean of weights | other objective for the posterior |
//! | [`Enumeration`] | few values | ELBO | exact |

mod baseline;
mod capability;
mod config;
mod doubly_reparameterized;
mod enumeration;
mod kind;
mod learned;
mod muprop;
mod network;
mod pathwise;
mod problem;
mod relaxation;
mod relaxed_control;
mod requirement;
mod score_function;
mod sticking_the_landing;
mod surrogate;
mod wake_sleep;

pub use baseline::{Baseline, LearnedBaseline, MovingAverage};
pub use capability::Capability;
pub use config::{Dimensions, EstimatorConfig};
pub use doubly_reparameterized::DoublyReparameterized;
pub use enumeration::Enumeration;
pub use kind::EstimatorKind;
pub use learned::{Learned, Variables};
pub use muprop::MuProp;
pub use pathwise::Pathwise;
pub use problem::{Problem, Sampling};
pub use relaxation::{Relaxation, RelaxationKind};
pub use relaxed_control::{ControlVariate, RelaxedControl};
pub use requirement::Requirement;
pub use score_function::ScoreFunction;
pub use sticking_the_landing::StickingTheLanding;
pub use surrogate::{Control, Remainder, Surrogate};
pub use wake_sleep::{Phase, WakeSleep};

use crate::{Guide, InferError, JointModel};

/// A way to estimate the gradient of an objective for model `M` and guide `G`.
///
/// Which posteriors it works with is said by the bounds of its implementation.
pub trait Estimator<M: JointModel, G: Guide<M>> {
    /// The value of the objective on these examples and a loss with its gradient.
    ///
    /// # Errors
    /// If the objective needs what the guide does not have, or the estimator what the objective does not have.
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError>;

    /// The latents that [`surrogate`](Self::surrogate) draws from this posterior, for a report on a
    /// step that failed; `None` where they are not to be had.
    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        let _ = (problem, posterior);
        None
    }

    /// What the estimator itself learns, if it does.
    fn learned(&self) -> Option<&dyn Learned> {
        None
    }

    /// The same, to be moved by the gradients of [`Surrogate::control`].
    fn learned_mut(&mut self) -> Option<&mut dyn Learned> {
        None
    }
}

impl<M: JointModel, G: Guide<M>, E: Estimator<M, G> + ?Sized> Estimator<M, G> for Box<E> {
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        (**self).surrogate(problem)
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        (**self).latents(problem, posterior)
    }

    fn learned(&self) -> Option<&dyn Learned> {
        (**self).learned()
    }

    fn learned_mut(&mut self) -> Option<&mut dyn Learned> {
        (**self).learned_mut()
    }
}
