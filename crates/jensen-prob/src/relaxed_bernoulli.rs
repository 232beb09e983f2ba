//! The relaxation of the Bernoulli distribution with independent dimensions.

use burn::tensor::{Int, Tensor};

use crate::rows::select_rows;
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Icdf, Logistic, Mean, Mode, Reparameterized, Rng,
    SelectRows, Variance,
};

/// A bit made continuous, as its log-odds `y`, with logits `l` and temperature `τ`, `[rows, event]`: the
/// binary Concrete distribution (Maddison, Mnih & Teh 2017; Jang, Gu & Poole 2017).
///
/// `log p(y) = Σ_d log τ + (l_d − τ y_d) − 2 softplus(l_d − τ y_d)`
///
/// `y > 0` with the probability `σ(l)` at any temperature, and the relaxed bit `σ(y)` tends to a bit as
/// `τ → 0`. Values are log-odds and not bits, because a bit in single precision is 1 from `y = 17` on, where
/// its density can no longer be told, and low temperatures draw of the size `1/τ`. The density of the bits
/// themselves is `p(y) / σ(y) σ(−y)`; divergences are the same.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{RelaxedBernoulli, Reparameterized, Rng, special::sigmoid};
///
/// let gate = RelaxedBernoulli::from_logits(Tensor::<2>::from_data([[5.0f32]], &Device::flex()), 0.01);
/// let (log_odds, log_prob) = gate.rsample_with_log_prob(&Rng::seed(0));
/// assert!(sigmoid(log_odds).into_scalar::<f32>() > 0.99);
/// assert!(log_prob.into_scalar::<f32>().is_finite());
/// ```
#[derive(Clone, Debug)]
pub struct RelaxedBernoulli {
    logits: Tensor<2>,
    temperature: f64,
}

impl RelaxedBernoulli {
    /// From logits, `[rows, event]`, and a positive temperature.
    pub fn from_logits(logits: Tensor<2>, temperature: f64) -> Self {
        Self { logits, temperature }
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }

    /// `τ`
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// `y = (l + z)/τ` with a standard logistic `z`.
    fn log_odds(&self) -> Logistic {
        let options = (&self.logits.device().without_autodiff(), self.logits.dtype());
        let scale = Tensor::full([1, 1], self.temperature.recip(), options);
        Logistic::new(self.logits.clone() / self.temperature, scale)
    }
}

impl Distribution for RelaxedBernoulli {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.log_odds().sample(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.log_odds().log_prob(value)
    }
}

impl Reparameterized for RelaxedBernoulli {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.log_odds().rsample(rng)
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        self.log_odds().rsample_with_log_prob(rng)
    }
}

impl Mean for RelaxedBernoulli {
    /// `l/τ`
    fn mean(&self) -> Tensor<2> {
        Mean::mean(&self.log_odds())
    }
}

impl Variance for RelaxedBernoulli {
    /// `π²/3τ²`
    fn variance(&self) -> Tensor<2> {
        self.log_odds().variance()
    }
}

impl Mode for RelaxedBernoulli {
    /// `l/τ`
    fn mode(&self) -> Tensor<2> {
        self.log_odds().mode()
    }
}

impl Entropy for RelaxedBernoulli {
    /// `Σ_d 2 − log τ`
    fn entropy(&self) -> Tensor<1> {
        self.log_odds().entropy()
    }
}

impl Cdf for RelaxedBernoulli {
    /// `σ(τ y − l)`
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.log_odds().cdf(value)
    }
}

impl Icdf for RelaxedBernoulli {
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        self.log_odds().icdf(probability)
    }
}

impl DetachParams for RelaxedBernoulli {
    fn detach_params(&self) -> Self {
        Self { logits: self.logits.clone().inner(), ..*self }
    }
}

impl Expand for RelaxedBernoulli {
    fn expand(&self, samples: usize) -> Self {
        Self { logits: self.logits.clone().repeat_dim(0, samples), ..*self }
    }
}

impl SelectRows for RelaxedBernoulli {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { logits: select_rows(self.logits.clone(), self.rows(), rows), ..*self }
    }
}
