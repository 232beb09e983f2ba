//! How well a trained model explains examples it is given.
//!
//! Everything here works without gradients and gives one f64 an example, so that sums are exact
//! to rounding and two models can be compared example by example.

mod decomposition;
mod elbo;
mod importance;
mod imputation;
mod objective;
mod upper_bound;

use burn::tensor::Tensor;

pub use decomposition::{Decomposition, decomposition, decomposition_of};
pub use elbo::{ExampleBound, bounds, measure};
pub use importance::{ImportanceSampling, Sandwich, importance_weighted, sandwich};
pub use imputation::{Imputation, ImputationSampling, impute};
pub use objective::objective;
pub use upper_bound::chi_upper_bound;

/// The values of `[batch]` in f64.
pub(crate) fn per_example(values: Tensor<1>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}
