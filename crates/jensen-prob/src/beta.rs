//! The beta distribution with independent dimensions.

use burn::tensor::{Int, Tensor};

use crate::implicit::{rsample_log_gamma, sample_log_gamma};
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::share::{BELOW_ONE, off_the_ends};
use crate::special::{
    digamma_remainder, incomplete_beta, log_gamma_remainder, product_excess, ratio_excess, sigmoid,
};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, KlDivergence, Mean, Mode, Reparameterized,
    Rng, SelectRows, Variance,
};

/// `Beta(x; α, β)` between 0 and 1 with independent dimensions, `[rows, event]`: shares and chances.
///
/// `log p(x) = Σ_d (α_d − 1) log x_d + (β_d − 1) log(1 − x_d) − log B(α_d, β_d)`
///
/// A draw is `a/(a + b)` of two gamma draws, and carries their implicit gradients (Figurnov et al. 2018).
/// Draws, and the ends 0 and 1 themselves, count as the nearest normal number between the ends.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use jensen_prob::{Beta, Entropy, Mean};
///
/// let device = Device::flex();
/// let share = |x: f32| Tensor::<2>::from_data([[x]], &device);
/// assert_eq!(Beta::new(share(3.0), share(1.0)).mean().into_scalar::<f32>(), 0.75);
/// assert!(Beta::new(share(1.0), share(1.0)).entropy().into_scalar::<f32>().abs() < 1e-6); // uniform
/// ```
#[derive(Clone, Debug)]
pub struct Beta {
    alpha: Tensor<2>,
    beta: Tensor<2>,
}

impl Beta {
    /// From `α` and `β`, both positive, `[rows, event]`.
    ///
    /// # Panics
    /// If their shapes differ.
    pub fn new(alpha: Tensor<2>, beta: Tensor<2>) -> Self {
        let (of_alpha, of_beta) = (alpha.dims(), beta.dims());
        assert_eq!(of_alpha, of_beta, "α of shape {of_alpha:?} meets β of shape {of_beta:?}");
        Self { alpha, beta }
    }

    /// `α`, `[rows, event]`.
    pub fn alpha(&self) -> Tensor<2> {
        self.alpha.clone()
    }

    /// `β`, `[rows, event]`.
    pub fn beta(&self) -> Tensor<2> {
        self.beta.clone()
    }

    fn total(&self) -> Tensor<2> {
        self.alpha.clone() + self.beta.clone()
    }
}

/// `a/(a + b)` from `log a` and `log b`, off the ends.
fn share(log_a: Tensor<2>, log_b: Tensor<2>) -> Tensor<2> {
    sigmoid(log_a - log_b).clamp(f32::MIN_POSITIVE, BELOW_ONE)
}

impl Distribution for Beta {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.alpha.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let log_gamma = |concentration, purpose| sample_log_gamma(concentration, &rng.fork(purpose));
        share(log_gamma(&self.alpha, "alpha"), log_gamma(&self.beta, "beta"))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Beta {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        let log_gamma = |concentration, purpose| rsample_log_gamma(concentration, &rng.fork(purpose));
        share(log_gamma(&self.alpha, "alpha"), log_gamma(&self.beta, "beta"))
    }
}

impl Mean for Beta {
    /// `α/(α + β)`
    fn mean(&self) -> Tensor<2> {
        self.alpha.clone() / self.total()
    }
}

impl Variance for Beta {
    /// `αβ / n²(n + 1)` with `n = α + β`
    fn variance(&self) -> Tensor<2> {
        let total = self.total();
        self.mean() * (self.beta.clone() / total.clone()) / (total + 1.0)
    }
}

impl Mode for Beta {
    /// `(α − 1)/(α + β − 2)`, and an end where the density has no maximum between them.
    fn mode(&self) -> Tensor<2> {
        let [up, down] = [&self.alpha, &self.beta].map(|t| (t.clone() - 1.0).clamp_min(0.0));
        let sum = up.clone() + down;
        up / sum.clone().mask_fill(sum.equal_elem(0.0), 1.0)
    }
}

impl Cdf for Beta {
    /// `I_x(α, β)`, 0 below 0 and 1 above 1.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.alpha.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let value = value.clone().mask_fill(value.clone().lower_elem(0.0), 0.0);
        let value = value.clone().mask_fill(value.greater_elem(1.0), 1.0);
        meeting.unfold(incomplete_beta(fold(&self.alpha), fold(&self.beta), fold(&value)))
    }
}

impl Entropy for Beta {
    /// `log B(α, β) − (α − 1) ψ(α) − (β − 1) ψ(β) + (n − 2) ψ(n)` with `n = α + β`, the terms of size
    /// `n log n` left out.
    fn entropy(&self) -> Tensor<1> {
        let total = self.total();
        let of_one = |a: &Tensor<2>| {
            let spread = (a.clone() - 1.0) * digamma_remainder(a.clone());
            log_gamma_remainder(a.clone()) + (a.clone() / total.clone()).log() - spread
        };
        let of_all =
            (total.clone() - 2.0) * digamma_remainder(total.clone()) - log_gamma_remainder(total.clone());
        sum_event(of_one(&self.alpha) + of_one(&self.beta) + of_all)
    }
}

impl KlDivergence for Beta {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Beta {
    /// With `n = α + β`, `r = x n/α`, `s = (1 − x) n/β` and `R(a) = log Γ(a) − a log a + a` as
    /// `−α (r − 1 − log r) − β (s − 1 − log s) − log x − log(1 − x) + R(n) − R(α) − R(β)`, since
    /// `α r + β s = n`: near the mean of large parameters terms of size `n log n` would cancel.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.alpha.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let (alpha, beta, total, x) =
            (fold(&self.alpha), fold(&self.beta), fold(&self.total()), fold(&off_the_ends(value)));
        let of_one = |a: Tensor<2>, share: Tensor<2>| {
            let scale = total.clone() / a.clone();
            a.clone() * product_excess(share.clone(), scale) + share.log() + log_gamma_remainder(a)
        };
        let both = of_one(alpha, x.clone()) + of_one(beta, x.neg() + 1.0);
        meeting.unfold(log_gamma_remainder(total.clone()) - both)
    }

    /// `Σ_c R(c_p) − R(c_q) + (c_q − c_p)(ψ(c_q) − log c_q) + c_p (s − 1 − log s)` over `c = α, β`, with `s`
    /// the ratio of their shares `c/n` in `q` and in `p`, less the first three terms of `n = α + β`: the
    /// form in which every term is small where `q` is near `p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.alpha.dims(), p.alpha.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let (total_q, total_p) = (fold(&self.total()), fold(&p.total()));
        let change = |q: Tensor<2>, p: Tensor<2>| {
            let slope = digamma_remainder(q.clone());
            log_gamma_remainder(p.clone()) - log_gamma_remainder(q.clone()) + (q - p) * slope
        };
        let of_one = |q: &Tensor<2>, p: &Tensor<2>| {
            let (q, p) = (fold(q), fold(p));
            let ratio = (q.clone() / total_q.clone()) / (p.clone() / total_p.clone());
            change(q, p.clone()) + p * ratio_excess(ratio)
        };
        let both = of_one(&self.alpha, &p.alpha) + of_one(&self.beta, &p.beta);
        meeting.unfold(both - change(total_q.clone(), total_p.clone()))
    }
}

impl DetachParams for Beta {
    fn detach_params(&self) -> Self {
        let [alpha, beta] = [&self.alpha, &self.beta].map(|t| t.clone().inner());
        Self { alpha, beta }
    }
}

impl Expand for Beta {
    fn expand(&self, samples: usize) -> Self {
        let [alpha, beta] = [&self.alpha, &self.beta].map(|t| repeat_rows(t.clone(), self.rows(), samples));
        Self { alpha, beta }
    }
}

impl SelectRows for Beta {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [alpha, beta] = [&self.alpha, &self.beta].map(|t| select_rows(t.clone(), self.rows(), rows));
        Self { alpha, beta }
    }
}
