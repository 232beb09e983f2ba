//! The half-normal distribution with independent dimensions.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, SQRT_2};

use burn::tensor::{Int, Tensor};

use crate::rows::{Meeting, sum_event};
use crate::special::erfinv;
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode, Normal,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `x = |y|` of a normal `y ~ N(0, σ²)`, positive numbers with independent dimensions, `[rows, event]`: what
/// is weakly known of a scale (Gelman 2006).
///
/// `log p(x) = Σ_d log 2 + log N(x_d; 0, σ_d²)` where every `x_d ≥ 0`, and −∞ elsewhere.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Cdf, HalfNormal};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let share = HalfNormal::new(at(2.0)).cdf(&at(2.0)).into_scalar::<f32>();
/// assert!((share - 0.682_689_5).abs() < 1e-6); // within a deviation
/// ```
#[derive(Clone, Debug)]
pub struct HalfNormal {
    /// Of mean 0.
    normal: Normal,
}

impl HalfNormal {
    /// From `σ`, which must be positive, `[rows, event]`.
    pub fn new(scale: Tensor<2>) -> Self {
        Self { normal: Normal::new(scale.clone().inner().zeros_like(), scale) }
    }

    /// From `log σ`, any real numbers, `[rows, event]`.
    pub fn from_log_scale(log_scale: Tensor<2>) -> Self {
        Self { normal: Normal::from_log_std(log_scale.clone().inner().zeros_like(), log_scale) }
    }

    /// `σ`, `[rows, event]`.
    pub fn scale(&self) -> Tensor<2> {
        self.normal.std()
    }

    /// A function of `x/σ`.
    fn of_scaled(&self, value: &Tensor<2>, f: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.scale().dims(), value.dims());
        meeting.unfold(f(meeting.fold(value.clone()) / meeting.fold(self.scale())))
    }
}

impl Distribution for HalfNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.normal.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.normal.sample(rng).abs()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for HalfNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.normal.rsample(rng).abs()
    }
}

impl Mean for HalfNormal {
    /// `σ √(2/π)`
    fn mean(&self) -> Tensor<2> {
        self.scale() * FRAC_2_PI.sqrt()
    }
}

impl Variance for HalfNormal {
    /// `σ² (1 − 2/π)`
    fn variance(&self) -> Tensor<2> {
        self.scale().square() * (1.0 - FRAC_2_PI)
    }
}

impl Mode for HalfNormal {
    /// 0
    fn mode(&self) -> Tensor<2> {
        self.scale().inner().zeros_like()
    }
}

impl Entropy for HalfNormal {
    /// That of the normal distribution less `Σ_d log 2`.
    fn entropy(&self) -> Tensor<1> {
        self.normal.entropy() - LN_2 * self.scale().dims()[1] as f64
    }
}

impl Cdf for HalfNormal {
    /// `erf(x/σ√2)`, and 0 below 0.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_scaled(value, |x| {
            let x = x.clone().mask_fill(x.lower_elem(0.0), 0.0);
            (x * FRAC_1_SQRT_2).erf()
        })
    }
}

impl Icdf for HalfNormal {
    /// `σ√2 erf⁻¹(p)`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.scale().dims(), probability.dims());
        let quantile = erfinv(meeting.fold(probability.clone())) * SQRT_2;
        meeting.unfold(quantile * meeting.fold(self.scale()))
    }
}

impl KlDivergence for HalfNormal {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        self.normal.kl_divergence(&p.normal)
    }
}

impl Factorized for HalfNormal {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let density = self.normal.log_prob_per_dim(value) + LN_2;
        let below = self.of_scaled(value, |x| x).lower_elem(0.0);
        density.mask_fill(below, f32::NEG_INFINITY)
    }

    /// That of the normal distributions, which are twice theirs on both sides.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.normal.kl_per_dim(&p.normal)
    }
}

impl DetachParams for HalfNormal {
    fn detach_params(&self) -> Self {
        Self { normal: self.normal.detach_params() }
    }
}

impl Expand for HalfNormal {
    fn expand(&self, samples: usize) -> Self {
        Self { normal: self.normal.expand(samples) }
    }
}

impl SelectRows for HalfNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { normal: self.normal.select_rows(rows) }
    }
}
