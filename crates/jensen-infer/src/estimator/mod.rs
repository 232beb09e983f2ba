//! How the gradient of a bound is found.
//!
//! A bound is an expectation under the posterior, whose parameters the gradient is taken for. An
//! estimator turns it into a [`Surrogate`]: a loss whose gradient is an estimate of the bound's.
//!
//! | estimator | needs of the posterior | needs of the bound | unbiased |
//! |---|---|---|---|
//! | [`Pathwise`] | reparameterised | | yes |
//! | [`StickingTheLanding`] | reparameterised | ELBO, divergence at samples | yes |
//! | [`DoublyReparameterized`] | reparameterised | power mean of weights, divergence at samples | yes |
//! | [`ScoreFunction`] | | leave-one-out: power mean of weights | yes |
//! | [`MuProp`] | a mean | ELBO | yes |
//! | [`Relaxation`] | a continuous relaxation | | no |
//! | [`RelaxedControl`] (REBAR, RELAX) | a continuous relaxation | ELBO | yes |
//! | [`WakeSleep`] | | power mean of weights, of the data their arithmetic one | other objective for the posterior |
//! | [`Enumeration`] | few values | ELBO | exact |
//!
//! What is needed of the bound is a [`Requirement`].

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
///
/// One's own, of two reparameterised samples that mirror each other about the posterior's mean. Where the bound is quadratic
/// in the latent, as here, their mean has no variance:
///
/// ```
/// use burn::module::Param;
/// use burn::tensor::{Device, Tensor};
/// use jensen_infer::estimator::Surrogate;
/// use jensen_infer::objective::Elbo;
/// use jensen_infer::{Estimator, Evidence, Guide, InferError, JointModel, Problem, Sampling};
/// use jensen_prob::{Distribution, Mean, Reparameterized, Rng};
/// # use burn::module::Module;
/// # use jensen_prob::{Factorized, Normal};
/// # struct Model {}
/// # impl JointModel for Model {
/// #     type Observation = Tensor<2>;
/// #     type Condition = ();
/// #     type Latent = Tensor<2>;
/// #     type Prior = Normal;
/// #     type Likelihood = Normal;
/// #     fn prior(&self, (): &()) -> Normal {
/// #         Normal::standard(1, 1, &Device::flex())
/// #     }
/// #     fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
/// #         Normal::new(z.clone(), Tensor::ones([1, 1], &Device::flex()))
/// #     }
/// # }
/// # #[derive(Module, Debug)]
/// # struct Shift { mean: Param<Tensor<2>> }
/// # impl Guide<Model> for Shift {
/// #     type Posterior = Normal;
/// #     fn posterior(&self, _: &Evidence<'_, Model>) -> Normal {
/// #         Normal::new(self.mean.val(), Tensor::ones([1, 1], &Device::flex()))
/// #     }
/// #     fn exact_kl(&self, q: &Normal, p: &Normal) -> Option<Tensor<2>> {
/// #         Some(q.kl_per_dim(p))
/// #     }
/// # }
///
/// struct Antithetic;
///
/// impl<M, G> Estimator<M, G> for Antithetic
/// where
///     M: JointModel<Latent = Tensor<2>>,
///     G: Guide<M, Posterior: Reparameterized + Mean>,
/// {
///     fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
///         let posterior = problem.posterior();
///         let draw = posterior.rsample(&problem.rng());
///         let mirrored = posterior.mean() * 2.0 - draw.clone();
///         let latent = Tensor::cat(vec![draw, mirrored], 0);
///         let terms = problem.terms(&posterior, posterior.log_prob(&latent), &latent)?;
///         let bound = problem.bound(&terms);
///         Ok(Surrogate::new(bound.clone(), terms, bound.mean().neg()))
///     }
/// }
///
/// // z ~ N(0, 1), x ~ N(z, 1), q = N(m, 1): the ELBO's slope in m is x − 2 m.
/// let device = Device::flex().autodiff();
/// let guide = Shift { mean: Param::from_tensor(Tensor::full([1, 1], 0.3, &device)) };
/// let observation = Tensor::from_data([[1.0f32]], &device);
/// let evidence = Evidence::<Model> { observation, condition: (), rows: &[0], log_jacobian: &[0.0] };
/// let sampling = Sampling { rng: Rng::seed(1), warm_up: 1.0 };
/// let problem =
///     Problem { objective: &Elbo::new(), model: &Model {}, guide: &guide, evidence: &evidence, sampling };
/// let loss = Antithetic.surrogate(&problem)?;
/// let slope: f32 = loss.gradients(&guide).remove("mean").expect("it is used").into_scalar();
/// assert!((slope + 0.4).abs() < 1e-6);
/// # Ok::<(), InferError>(())
/// ```
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
