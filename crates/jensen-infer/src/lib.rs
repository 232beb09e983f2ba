//! Objectives, gradient estimators, posteriors and the fit loop.
//!
//! The model, the posterior and the way of learning are three things: [`JointModel`] is
//! `p(x, z | c)`, [`Guide`] is `q(z | x, c)`, [`Learner`] is what the fit loop trains. An
//! [`Objective`] says which bound on the evidence is climbed, an [`Estimator`] how its gradient is
//! found; [`VariationalLearner`] puts them together.

mod checksum;
mod error;
pub mod estimator;
pub mod evaluation;
mod evidence;
pub mod fit;
pub mod forensics;
mod guide;
mod joint_model;
mod learner;
mod likelihood_learner;
mod metrics;
pub mod objective;
pub mod optimizer;
mod parameters;
mod quantity;
mod state_dict;
mod variational_learner;
mod variational_model;

pub use error::InferError;
pub use estimator::{Estimator, EstimatorConfig, EstimatorKind, Pathwise, Problem, Sampling};
pub use evidence::{Evidence, FromBatch};
pub use guide::Guide;
pub use joint_model::JointModel;
pub use learner::{GradientNoise, Learner, StepContext, StepReport};
pub use likelihood_learner::{LOG_LIKELIHOOD, LikelihoodLearner, LikelihoodModel, log_likelihoods};
pub use metrics::Metrics;
pub use objective::{Objective, ObjectiveConfig, ObjectiveKind};
pub use optimizer::{OptimizerConfig, OptimizerKind};
pub use parameters::{parameters, with_parameters};
pub use quantity::Quantity;
pub use state_dict::StateDict;
pub use variational_learner::VariationalLearner;
pub use variational_model::VariationalModel;
