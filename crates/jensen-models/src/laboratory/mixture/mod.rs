//! One mixture of Gaussians, learned in every way: what the ways have in common, and where they part.
//!
//! The bound of a latent-variable model is `F(q, θ) = E_q[log p(x, z; θ) − log q(z)] = log p(x; θ) − KL(q ‖ p(z | x; θ))`.
//! Expectation–maximisation climbs it by turns, with the exact posterior for `q`; with a posterior for each point, or one net
//! for all ([`FreePosteriors`], [`AmortizedPosterior`]), it is climbed by gradients in `q` and `θ` together; and where its
//! expectation is not summed but sampled, the gradient is one of the estimators'. Here all climb from the same beginning, on
//! the same points, and nothing is estimated of what is reported: three components can be summed over.
//!
//! ```
//! use jensen_models::laboratory::mixture::{Method, Points, Settings, learn};
//! use jensen_random::Rng;
//!
//! let points = Points::simulate(&Rng::seed(0));
//! let settings = Settings { updates: 5, ..Settings::default() };
//! let course = learn(Method::ExpectationMaximisation, &points, settings, &Rng::seed(0))?;
//! assert!(course.log_likelihood.is_sorted(), "no iteration lowers it");
//! # Ok::<(), jensen_infer::InferError>(())
//! ```

mod amortized_posterior;
mod components;
mod course;
mod exact_posterior;
mod free_posteriors;
mod method;
mod noise;
mod points;

pub use amortized_posterior::AmortizedPosterior;
pub use components::GaussianComponents;
pub use course::{Course, LEARNING_RATE, SAMPLES, Settings, learn};
pub use exact_posterior::ExactPosterior;
pub use free_posteriors::FreePosteriors;
pub use method::Method;
pub use noise::gradient_variance;
pub use points::Points;
