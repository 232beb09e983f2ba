//! How parameters follow a gradient.

mod adam;
mod average;
mod config;
mod gradients;

pub use adam::Adam;
pub use average::Average;
pub use config::{OptimizerConfig, OptimizerKind};
pub use gradients::NamedGradients;
