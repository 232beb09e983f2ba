//! Divergences beside that of Kullback and Leibler within a family.
//!
//! What is exact has a closed form for its families; what is estimated says so in its name.

mod jensen_shannon;
mod kl;
mod maximum_mean_discrepancy;
mod monte_carlo;
mod products;
mod renyi;
mod wasserstein;

use burn::tensor::Tensor;

pub use jensen_shannon::jensen_shannon_divergence;
pub use maximum_mean_discrepancy::{Kernel, estimate_squared_mmd};
pub use monte_carlo::{
    Estimate, estimate_entropy, estimate_jensen_shannon, estimate_kl, estimate_kl_of_neighbours,
    estimate_renyi,
};
pub use renyi::{RenyiDivergence, alpha_divergence};
pub use wasserstein::SquaredWasserstein;

use crate::KlDivergence;

/// `J(q, p) = KL(q ‖ p) + KL(p ‖ q)` of each row in nats (Jeffreys 1946): the sum, not its half.
///
/// # Panics
/// If the row counts do not divide one another.
pub fn jeffreys_divergence<Q: KlDivergence<P>, P: KlDivergence<Q>>(q: &Q, p: &P) -> Tensor<1> {
    q.kl_divergence(p) + p.kl_divergence(q)
}
