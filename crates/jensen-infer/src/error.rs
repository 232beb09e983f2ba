//! What can go wrong in inference and training.

use std::path::PathBuf;

use jensen_data::DataError;

use crate::forensics::NonFinite;
use crate::objective::ObjectiveKind;

/// An error of inference or training; the message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferError {
    /// The data could not be read or does not have what the model needs.
    #[error(transparent)]
    Data(#[from] DataError),

    /// A term of the objective, a gradient or an updated parameter is infinite or not a number.
    #[error("{0}")]
    NonFinite(Box<NonFinite>),

    /// The objective needs a closed-form KL that the guide does not have.
    #[error(
        "the {objective} objective needs an exact KL(q‖p), which this posterior and prior do not have: use one of {valid}"
    )]
    NoExactKl {
        /// The objective asked for.
        objective: &'static str,
        /// The objectives that work.
        valid: String,
    },

    /// A model that learns in its own way cannot learn from these examples.
    #[error("{0}")]
    Model(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// The estimator and the objective do not go together.
    #[error(
        "the {estimator} estimator has no gradient of the {objective} objective: use it with one of {valid}"
    )]
    Estimator {
        /// The estimator asked for.
        estimator: &'static str,
        /// The objective asked for.
        objective: &'static str,
        /// The objectives that it works with.
        valid: String,
    },

    /// The estimator needs what the model's posterior does not have.
    #[error("the {estimator} estimator needs {needs}, which this model does not have: use one of {valid}")]
    Capability {
        /// The estimator asked for.
        estimator: &'static str,
        /// What it needs.
        needs: crate::estimator::Capability,
        /// The estimators that work.
        valid: String,
    },

    /// A configured value is out of range.
    #[error("`{option}` is {value}, but must be {expected}")]
    Option {
        /// The option's path, as in `objective.samples`.
        option: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },

    /// A saved state does not fit the model it is loaded into.
    #[error("the saved state does not fit this model: {detail}; it was written by another configuration")]
    State {
        /// Which entry, and how it differs.
        detail: String,
    },

    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried: `read`, `write`, `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// A file is not what it should be.
    #[error("{path} is damaged: {detail}; {remedy}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        detail: String,
        /// What to do.
        remedy: &'static str,
    },

    /// A file of another version of this program.
    #[error(
        "{path} has format {found}, this version reads {known}: {remedy}",
        path = path.display(),
        remedy = if found > known { "a newer version wrote it; update" } else { "go on with the version that wrote it" }
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The version of its form.
        found: u32,
        /// The version that is read.
        known: u32,
    },
}

impl InferError {
    /// That an objective needs a closed-form KL.
    pub fn no_exact_kl(objective: &dyn crate::Objective) -> Self {
        let valid = ObjectiveKind::ALL.into_iter().filter(|&kind| kind != ObjectiveKind::Elbo);
        let valid = valid.map(ObjectiveKind::name).collect::<Vec<_>>().join(", ");
        Self::NoExactKl { objective: objective.name(), valid }
    }

    /// That an estimator holds samples against each other and there is one.
    pub(crate) fn too_few_samples(objective: &dyn crate::Objective) -> Self {
        Self::Option {
            option: "objective.samples",
            value: objective.samples().to_string(),
            expected: "at least 2 where the estimator holds samples against each other",
        }
    }
}

impl From<NonFinite> for InferError {
    fn from(failure: NonFinite) -> Self {
        Self::NonFinite(Box::new(failure))
    }
}
