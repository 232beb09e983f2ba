//! Goodness of fit, gradient checks and golden values for Jensen's own tests.
//!
//! - [`Conformance`]: what every distribution must pass, and with which false-alarm rates.
//! - [`check_bijector`]: what every bijector must pass.
//! - [`check_gradients`]: automatic differentiation in `f32` against central differences in `f64`.
//! - [`MonteCarlo`] and [`dkw_radius`]: is a statistic of draws where theory puts it?
//! - [`Golden`]: values from a reference implementation, stored as JSON.
//!
//! A check returns what failed and panics nowhere, so that a test can show that it does fail.

mod bijection;
mod conformance;
mod finite_difference;
mod golden;
mod goodness_of_fit;
mod tolerance;
mod value;

pub use bijection::check_bijector;
pub use conformance::{Conformance, Nonconformance, Region, Support};
pub use finite_difference::{GradientMismatch, check_gradients};
pub use golden::{Golden, GoldenError};
pub use goodness_of_fit::{MonteCarlo, dkw_radius};
pub use tolerance::Tolerance;
pub use value::{Value, double};
