//! Objectives, gradient estimators, posteriors and the fit loop.
//!
//! The model, the posterior and the way of learning are three things: [`JointModel`],
//! [`Guide`], [`Learner`].

mod error;
mod evidence;
mod guide;
mod joint_model;
mod learner;
mod metrics;
mod state_dict;

pub use error::InferError;
pub use evidence::{Evidence, FromBatch};
pub use guide::Guide;
pub use joint_model::JointModel;
pub use learner::{Learner, StepContext, StepReport};
pub use metrics::Metrics;
pub use state_dict::{StateDict, StateTensor};
