//! The Dirichlet distribution.

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

use crate::implicit::{rsample_log_gamma, sample_log_gamma};
use crate::rows::{Meeting, one_hot, select_rows, sum_event, sum_of_others};
use crate::special::{digamma_remainder, log_gamma_remainder, product_excess, ratio_excess};
use crate::{
    DetachParams, Distribution, Entropy, Expand, KlDivergence, Mean, Mode, Reparameterized, Rng, SelectRows,
    Variance,
};

/// `Dirichlet(x; α)` on the simplex of `C` classes, `[rows, classes]`: shares that add up to 1.
///
/// `log p(x) = log Γ(Σ_c α_c) + Σ_c (α_c − 1) log x_c − log Γ(α_c)`, a density of the first `C − 1` shares.
///
/// A draw is the softmax of the logarithms of gamma draws, and carries their implicit gradients (Figurnov et
/// al. 2018). A share below the smallest normal number, which concentrations below 0.1 give, is that number,
/// and so is 0.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Dirichlet, Distribution};
///
/// let device = Device::flex();
/// let uniform = Dirichlet::new(Tensor::ones([1, 3], &device));
/// let shares = Tensor::from_data([[0.5f32, 0.3, 0.2]], &device);
/// assert!((uniform.log_prob(&shares).into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6); // area ½
/// ```
#[derive(Clone, Debug)]
pub struct Dirichlet {
    concentration: Tensor<2>,
}

impl Dirichlet {
    /// From `α`, all positive, `[rows, classes]`.
    pub fn new(concentration: Tensor<2>) -> Self {
        Self { concentration }
    }

    /// `α`, `[rows, classes]`.
    pub fn concentration(&self) -> Tensor<2> {
        self.concentration.clone()
    }

    fn classes(&self) -> f64 {
        self.concentration.dims()[1] as f64
    }

    /// `n = Σ_c α_c`, the same for each class.
    pub(crate) fn total(&self) -> Tensor<2> {
        self.concentration.clone().sum_dim(1).expand(self.concentration.dims())
    }
}

/// Shares from the logarithms of what is shared, off the sides.
fn shares(log_draws: Tensor<2>) -> Tensor<2> {
    softmax(log_draws, 1).clamp_min(f32::MIN_POSITIVE)
}

impl Distribution for Dirichlet {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.concentration.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        shares(sample_log_gamma(&self.concentration, rng))
    }

    /// With `r_c = x_c n/α_c` and `R(a) = log Γ(a) − a log a + a` as
    /// `R(n) − Σ_c α_c (r_c − 1 − log r_c) + log x_c + R(α_c)`, since `Σ_c α_c r_c = n`: near the mean of large
    /// concentrations terms of size `n log n` would cancel.
    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.concentration.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        // At 0 two logarithms are infinite, and their difference need not be.
        let value = value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE);
        let (alpha, x) = (fold(&self.concentration), fold(&value));
        let excess = product_excess(x.clone(), fold(&self.total()) / alpha.clone());
        let of_each = alpha.clone() * excess + x.log() + log_gamma_remainder(alpha);
        let of_all = log_gamma_remainder(fold(&self.total())) / self.classes();
        sum_event(meeting.unfold(of_all - of_each))
    }
}

impl Reparameterized for Dirichlet {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        shares(rsample_log_gamma(&self.concentration, rng))
    }
}

impl Mean for Dirichlet {
    /// `α_c/n` with `n = Σ_c α_c`
    fn mean(&self) -> Tensor<2> {
        self.concentration.clone() / self.total()
    }
}

impl Variance for Dirichlet {
    /// `α_c (n − α_c) / n²(n + 1)` with `n = Σ_c α_c`
    fn variance(&self) -> Tensor<2> {
        self.mean() * sum_of_others(self.mean()) / (self.total() + 1.0)
    }
}

impl Mode for Dirichlet {
    /// `(α_c − 1)/Σ_c (α_c − 1)` over the `α_c` above 1, and 0 for the others, where the density has no bound;
    /// without any above 1, the corner of the largest.
    fn mode(&self) -> Tensor<2> {
        let above = (self.concentration.clone() - 1.0).clamp_min(0.0);
        let sum = above.clone().sum_dim(1).expand(above.dims());
        let has_none = sum.clone().equal_elem(0.0);
        let corner = one_hot(self.concentration.clone().inner().argmax(1), &above);
        (above / sum.mask_fill(has_none.clone(), 1.0)).mask_where(has_none, corner)
    }
}

impl Entropy for Dirichlet {
    /// `log B(α) + (n − C) ψ(n) − Σ_c (α_c − 1) ψ(α_c)` with `n = Σ_c α_c`, the terms of size `n log n` left out.
    fn entropy(&self) -> Tensor<1> {
        let (alpha, total) = (self.concentration.clone(), self.total());
        let spread = (alpha.clone() - 1.0) * digamma_remainder(alpha.clone());
        let of_each = log_gamma_remainder(alpha.clone()) + self.mean().log() - spread;
        let spread = (total.clone() - self.classes()) * digamma_remainder(total.clone());
        sum_event(of_each + (spread - log_gamma_remainder(total)) / self.classes())
    }
}

impl KlDivergence for Dirichlet {
    /// `Σ_c R(p_c) − R(q_c) + (q_c − p_c)(ψ(q_c) − log q_c) + p_c (s_c − 1 − log s_c)` with the concentrations `q_c`
    /// and `p_c`, and `s_c` the ratio of the means, less the first three terms of the totals: the form in which
    /// every term is small where `q` is near `p`.
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.concentration.dims(), p.concentration.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let change = |q: Tensor<2>, p: Tensor<2>| {
            let slope = digamma_remainder(q.clone());
            log_gamma_remainder(p.clone()) - log_gamma_remainder(q.clone()) + (q - p) * slope
        };
        let (alpha_q, alpha_p) = (fold(self.concentration()), fold(p.concentration()));
        let ratio = fold(Mean::mean(self)) / fold(Mean::mean(p));
        let of_each = change(alpha_q, alpha_p.clone()) + alpha_p * ratio_excess(ratio);
        let of_all = change(fold(self.total()), fold(p.total()));
        sum_event(meeting.unfold(of_each - of_all / self.classes()))
    }
}

impl DetachParams for Dirichlet {
    fn detach_params(&self) -> Self {
        Self { concentration: self.concentration.clone().inner() }
    }
}

impl Expand for Dirichlet {
    fn expand(&self, samples: usize) -> Self {
        Self { concentration: self.concentration.clone().repeat_dim(0, samples) }
    }
}

impl SelectRows for Dirichlet {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { concentration: select_rows(self.concentration.clone(), self.rows(), rows) }
    }
}
