//! How parameters follow a gradient.

mod adam;
mod average;
mod config;
mod envelope;
mod gradients;

pub use adam::{Adam, Overflow};
pub use average::Average;
pub use config::{OptimizerConfig, OptimizerKind};
pub use gradients::NamedGradients;
