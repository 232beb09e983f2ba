//! How parameters follow a gradient.

mod adam;
mod ascent;
mod average;
mod config;
mod envelope;
mod gradients;

pub use adam::{Adam, Overflow};
pub use ascent::Ascent;
pub use average::Average;
pub use config::{OptimizerConfig, OptimizerKind};
pub use gradients::NamedGradients;
