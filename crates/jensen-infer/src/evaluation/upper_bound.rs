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
///
/// ```
/// use burn::module::{Module, Param};
/// use burn::tensor::{Device, Tensor};
/// use jensen_infer::evaluation::{ImportanceSampling, chi_upper_bound, importance_weighted};
/// use jensen_infer::{Evidence, Guide, JointModel};
/// use jensen_prob::{Normal, Rng};
/// # #[derive(Module, Debug)]
/// # struct Model { noise: Param<Tensor<2>> }
/// # impl JointModel for Model {
/// #     type Observation = Tensor<2>;
/// #     type Condition = ();
/// #     type Latent = Tensor<2>;
/// #     type Prior = Normal;
/// #     type Likelihood = Normal;
/// #     fn prior(&self, (): &()) -> Normal {
/// #         Normal::standard(1, 1, &Device::flex())
/// #     }
/// #     fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
/// #         Normal::new(z.clone(), self.noise.val())
/// #     }
/// # }
/// # #[derive(Module, Debug)]
/// # struct Prior { mean: Param<Tensor<2>> }
/// # impl Guide<Model> for Prior {
/// #     type Posterior = Normal;
/// #     fn posterior(&self, _: &Evidence<'_, Model>) -> Normal {
/// #         Normal::new(self.mean.val(), Tensor::ones([1, 1], &Device::flex()))
/// #     }
/// # }
///
/// // z ~ N(0, 1), x ~ N(z, 1), and the prior in place of the posterior.
/// let device = Device::flex();
/// let number = |x: f64| Param::from_tensor(Tensor::<2>::full([1, 1], x, &device));
/// let pair = (Model { noise: number(1.0) }, Prior { mean: number(0.0) });
/// let observation = Tensor::from_data([[1.0f32]], &device);
/// let evidence = Evidence { observation, condition: (), rows: &[0], log_jacobian: &[0.0] };
/// let sampling = ImportanceSampling { samples: 4000, rows_at_once: 1000 };
/// let lower = importance_weighted(&pair, &evidence, sampling, Rng::seed(1))[0];
/// let upper = chi_upper_bound(&pair, &evidence, sampling, Rng::seed(2))[0];
///
/// // log N(1; 0, 2), and ½ log ∫ N(z; 0, 1) N(1; z, 1)² dz.
/// assert!((lower + 1.5155).abs() < 0.05 && (upper + 1.3603).abs() < 0.05);
/// ```
pub fn chi_upper_bound<V>(
    module: &V,
    evidence: &Evidence<'_, V::Model>,
    sampling: ImportanceSampling,
    rng: Rng,
) -> Vec<f64>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
{
    log_power_means(module, evidence, sampling, rng, [2.0]).into_iter().map(|[mean]| mean).collect()
}
