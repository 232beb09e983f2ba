//! An upper bound on the evidence.

use jensen_prob::Expand;
use jensen_random::Rng;

use super::ImportanceSampling;
use super::importance::log_power_means;
use crate::{Evidence, Guide, VariationalModel};

/// `½ log 1/K Σ_k w_k²` of each example in nats and the data's own units, `w_k = p(x, z_k) / q(z_k | x)`, `z_k ~ q`: the χ
/// upper bound of order 2, CUBO₂ (Dieng, Tran, Ranganath, Paisley & Blei 2017).
///
/// Only the exponential of twice the bound is unbiased, `E[exp(2 · bound)] = E_q[w²] ≥ p(x)²`, so the bound that is estimated is
/// `½ log E_q[w²] ≥ log p(x)`, above `log p(x)` by half the Rényi divergence `D_2(p(z | x) ‖ q)`. The logarithm of a mean of few,
/// heavy-tailed squares lies below it, and may lie below `log p(x)`: with many samples, and beside the lower bound, it is a
/// sandwich; on its own it proves nothing.
///
/// # Panics
/// If there are no samples.
pub fn chi_upper_bound<V>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImportanceSampling,
    rng: Rng,
) -> Vec<f64>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
{
    log_power_means(module, evidence, sampling, rng, 2.0)
}
