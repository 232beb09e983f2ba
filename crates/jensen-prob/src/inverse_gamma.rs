//! The inverse gamma distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::implicit::{rsample_log_gamma, sample_log_gamma};
use crate::positive::normal_log;
use crate::rows::{Meeting, sum_event};
use crate::special::{digamma_remainder, incomplete_gamma_complement};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Gamma, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `x = 1/y` of `y ~ Gamma(α, β)`, positive numbers with independent dimensions, `[rows, event]`: what a
/// variance is given normal data.
///
/// `log p(x) = Σ_d α_d log β_d − (α_d + 1) log x_d − β_d/x_d − log Γ(α_d)`
///
/// Draws and 0 are as those of [`Gamma`], inverted.
///
/// Source: Gelman et al. 2013, *Bayesian Data Analysis*, appendix A.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Gamma, InverseGamma, Mean};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let variance = InverseGamma::new(Gamma::new(at(3.0), at(4.0)));
/// assert_eq!(variance.mean().into_scalar::<f32>(), 2.0);
/// ```
#[derive(Clone, Debug)]
pub struct InverseGamma {
    inverse: Gamma,
}

impl InverseGamma {
    /// From the distribution of `1/x`, whose rate `β` is the scale of `x`.
    pub fn new(inverse: Gamma) -> Self {
        Self { inverse }
    }

    /// The distribution of `1/x`.
    pub fn inverse(&self) -> &Gamma {
        &self.inverse
    }

    fn concentration(&self) -> Tensor<2> {
        self.inverse.concentration()
    }

    fn scale(&self) -> Tensor<2> {
        self.inverse.rate()
    }
}

/// `1/x` of `log x`, at most that of the smallest normal number.
fn inverse(log_draws: Tensor<2>) -> Tensor<2> {
    exponential(normal_log(log_draws).neg())
}

impl Distribution for InverseGamma {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.inverse.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        inverse(sample_log_gamma(&self.concentration(), rng)) * self.scale().inner()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for InverseGamma {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        inverse(rsample_log_gamma(&self.concentration(), rng)) * self.scale()
    }
}

impl Mean for InverseGamma {
    /// `β/(α − 1)`, infinite where `α ≤ 1`.
    fn mean(&self) -> Tensor<2> {
        let excess = self.concentration() - 1.0;
        let has_none = excess.clone().lower_equal_elem(0.0);
        (self.scale() / excess.mask_fill(has_none.clone(), 1.0)).mask_fill(has_none, f32::INFINITY)
    }
}

impl Variance for InverseGamma {
    /// `β²/((α − 1)² (α − 2))`, infinite where `α ≤ 2`.
    fn variance(&self) -> Tensor<2> {
        let excess = self.concentration() - 2.0;
        let has_none = excess.clone().lower_equal_elem(0.0);
        let excess = excess.mask_fill(has_none.clone(), 1.0);
        ((self.scale() / (excess.clone() + 1.0)).square() / excess).mask_fill(has_none, f32::INFINITY)
    }
}

impl Mode for InverseGamma {
    /// `β/(α + 1)`
    fn mode(&self) -> Tensor<2> {
        self.scale() / (self.concentration() + 1.0)
    }
}

impl Entropy for InverseGamma {
    /// `H[1/x] + 2 Σ_d E[log x_d]` with `E[log x] = log β − ψ(α)`
    fn entropy(&self) -> Tensor<1> {
        let alpha = self.concentration();
        let log_mean = self.inverse.log_rate() - alpha.clone().log();
        self.inverse.entropy() + sum_event(log_mean - digamma_remainder(alpha)) * 2.0
    }
}

impl Cdf for InverseGamma {
    /// `Q(α, β/x)`, and 0 up to 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.concentration().dims(), value.dims());
        let value = value.clone().mask_fill(value.clone().lower_equal_elem(0.0), f32::MIN_POSITIVE);
        let x = meeting.fold(self.scale()) / meeting.fold(value);
        meeting.unfold(incomplete_gamma_complement(meeting.fold(self.concentration()), x))
    }
}

impl KlDivergence for InverseGamma {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        self.inverse.kl_divergence(&p.inverse)
    }
}

impl Factorized for InverseGamma {
    /// `log Gamma(1/x; α, β) − 2 log x`
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let value = value.clone().mask_fill(value.clone().equal_elem(0.0), f32::MIN_POSITIVE);
        let meeting = Meeting::of(self.concentration().dims(), value.dims());
        let density = self.inverse.log_prob_per_dim(&value.clone().recip());
        meeting.unfold(meeting.fold(density) - meeting.fold(value.log() * 2.0))
    }

    /// That of the inverses: a divergence does not depend on how values are written.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.inverse.kl_per_dim(&p.inverse)
    }
}

impl DetachParams for InverseGamma {
    fn detach_params(&self) -> Self {
        Self { inverse: self.inverse.detach_params() }
    }
}

impl Expand for InverseGamma {
    fn expand(&self, samples: usize) -> Self {
        Self { inverse: self.inverse.expand(samples) }
    }
}

impl SelectRows for InverseGamma {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { inverse: self.inverse.select_rows(rows) }
    }
}
