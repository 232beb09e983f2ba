//! The family of means that the sampled bounds are.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use jensen_prob::special::{expm1, logsumexp};

/// The logarithm of the power mean of order `p` of importance weights,
///
/// `F_p = 1/p log 1/K Σ_k w_kᵖ`, and in the limit `F_0 = 1/K Σ_k log w_k`.
///
/// Nearly every sampled bound is one: of order 0 the ELBO, of order 1 the importance-weighted bound (Burda et
/// al. 2016), of order `1 − α` the Rényi bound (Li & Turner 2016), of order 2 the χ upper bound (Dieng et al.
/// 2017). It rises with `p`. What gradient estimators need of a bound follows from the order alone.
///
/// Weights are given by their logarithms, `[K, batch]`, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerMean {
    /// `p`, any finite number.
    pub order: f64,
}

impl PowerMean {
    /// Of the bound whose gradient is a plain mean over samples: the ELBO.
    pub const GEOMETRIC: Self = Self { order: 0.0 };
    /// Of the importance-weighted bound.
    pub const ARITHMETIC: Self = Self { order: 1.0 };

    /// Whether samples contribute independently of each other, as they do to the ELBO alone.
    pub fn is_additive(self) -> bool {
        self.order == 0.0
    }

    /// `F_p` of each example, `[batch]`.
    pub fn bound(self, log_weights: Tensor<2>) -> Tensor<1> {
        self.over(log_weights, 0).squeeze_dim(0)
    }

    /// `∂F_p / ∂ log w_k = w_kᵖ / Σ_j w_jᵖ`, `[K, batch]`.
    pub fn sample_weights(self, log_weights: Tensor<2>) -> Tensor<2> {
        softmax(log_weights * self.order, 0)
    }

    /// What the reparameterised gradient of sample `k` is multiplied by beyond its
    /// [weight](Self::sample_weights) `v_k`, once the score function that hides in it is reparameterised too:
    /// `1 − β p (1 − v_k)` for weights in which `log q` has the factor `β` (Tucker et al. 2019, "Doubly
    /// reparameterized gradient estimators", of which `p = β = 1` is the importance-weighted bound; `p = 0` is sticking
    /// the landing).
    ///
    /// For `E_q[v_k ∇_φ log q(z_k)] = E[∂v_k/∂z_k ∂z_k/∂φ]` and `∂v_k/∂z_k = p v_k (1 − v_k) ∂log w_k/∂z_k`.
    pub fn reparameterized_again(self, sample_weights: Tensor<2>, beta: f64) -> Tensor<2> {
        let factor = beta * self.order;
        sample_weights * factor + (1.0 - factor)
    }

    /// The bound with each weight in turn replaced by the geometric mean of the others, `[K, batch]`: what sample
    /// `k` would be expected to add nothing to (Mnih & Rezende 2016, VIMCO). Of order 0 this is the
    /// leave-one-out baseline (Kool et al. 2019).
    ///
    /// # Panics
    /// If there are fewer than two samples.
    pub fn leave_one_out(self, log_weights: Tensor<2>) -> Tensor<2> {
        let [samples, _] = log_weights.dims();
        assert!(samples > 1, "a sample is held against the others: take at least two");
        let total = log_weights.clone().sum_dim(0);
        let others = (total - log_weights.clone()) / (samples - 1) as f64;
        if self.is_additive() {
            return others;
        }
        // One sample after the other: all at once would be samples² numbers for each example.
        let without = |k: usize| {
            let replaced = log_weights.clone().slice_assign(k..k + 1, others.clone().narrow(0, k, 1));
            self.over(replaced, 0)
        };
        Tensor::cat((0..samples).map(without).collect(), 0)
    }

    fn over<const D: usize>(self, log_weights: Tensor<D>, samples: usize) -> Tensor<D> {
        let count = log_weights.dims()[samples];
        if self.is_additive() {
            return log_weights.mean_dim(samples);
        }
        if self.order.abs() < 1e-3 {
            // Near the geometric mean the logarithm of K would be rounded off and divided by the order.
            let center = log_weights.clone().mean_dim(samples);
            let excess = expm1((log_weights - center.clone()) * self.order).mean_dim(samples);
            return center + excess.log1p() / self.order;
        }
        (logsumexp(log_weights * self.order, samples) - (count as f64).ln()) / self.order
    }
}
