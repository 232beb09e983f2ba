//! The fit loop: one way of training for every [`Learner`](crate::Learner).
//!
//! [`Fit`] takes a learner through epochs of a [`Loader`](jensen_data::Loader), with schedules,
//! validation, early stopping and [`Checkpoints`], and tells an [`Observer`] of every [`Event`].
//! The same seed gives the same bits, interrupted or not.

mod checkpoint;
mod checkpoints;
mod collapse;
mod config;
mod early_stopping;
mod failures;
#[expect(clippy::module_inception, reason = "`Fit` is what this module is about")]
mod fit;
mod keeper;
mod metrics_log;
mod nonfinite;
mod observer;
mod outcome;
mod progress;
mod provenance;
mod record;
mod recovery;
mod run;
mod schedule;
mod validation;
mod warm_up;
mod warning;

pub use checkpoint::Checkpoint;
pub use checkpoints::Checkpoints;
pub use collapse::{ACTIVE_VARIANCE, active_units, variances_of_means};
pub use config::{CheckpointInterval, FitConfig};
pub use early_stopping::{Best, EarlyStopping, Monitor};
pub use failures::Failures;
pub use fit::Fit;
pub use metrics_log::MetricsLog;
pub use nonfinite::{Incidents, NonFiniteLimits, OnNonFinite};
pub use observer::{Event, Observer};
pub use outcome::{Ending, Outcome};
pub use progress::{EpochMeans, EpochSums, Progress};
pub use provenance::{Provenance, instruction_set};
pub use record::{EpochRecord, IncidentRecord, Record, StepRecord};
pub use schedule::{Piece, Schedule};
pub use warm_up::{Horizon, WarmUp};
pub use warning::Warning;

pub(crate) use run::step_stream;
