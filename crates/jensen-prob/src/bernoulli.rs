//! The Bernoulli distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::bernoulli_log_prob;

use crate::enumeration::{for_each_row, numerals};
use crate::noise::uniform;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::special::{sigmoid, softplus};
use crate::{
    ConditionalReparameterized, DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized,
    KlDivergence, LogisticShape, Mean, Rng, SelectRows, Shape, Variance,
};

/// `Bernoulli(x; σ(l))` on `{0, 1}` with independent dimensions and logits `l`, `[rows, event]`.
///
/// `log p(x) = Σ_d x_d l_d − softplus(l_d)`, exact at any finite logit; its gradient is `x − σ(l)`.
///
/// Source: Bishop 2006, *Pattern Recognition and Machine Learning*, §2.1.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Bernoulli, Distribution};
///
/// let device = Device::flex();
/// let pixels = Bernoulli::from_logits(Tensor::from_data([[0.0f32, 200.0, -200.0]], &device));
/// let x = Tensor::from_data([[1.0f32, 1.0, 0.0]], &device);
/// assert!((pixels.log_prob(&x).into_scalar::<f32>() + 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Bernoulli {
    logits: Tensor<2>,
}

impl Bernoulli {
    /// From logits `l = log(p / (1 − p))`, `[rows, event]`.
    pub fn from_logits(logits: Tensor<2>) -> Self {
        Self { logits }
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }

    /// `log(1 − u) − log u` of the uniform numbers that `sample` compares with the probability, so that the sum with the
    /// logit is positive where it draws 1.
    fn logistic_noise(&self, rng: &Rng) -> Tensor<2> {
        LogisticShape::quantile(uniform(rng, &self.logits)).neg()
    }
}

impl Distribution for Bernoulli {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let (logits, dtype) = (self.logits.clone().inner(), self.logits.dtype());
        uniform(rng, &logits).lower(sigmoid(logits)).float().cast(dtype)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        bernoulli_log_prob(self.logits.clone(), value.clone())
    }
}

/// By a logistic variable: `z = l + log u′ − log(1 − u′)`, `H(z) = 1` where `z > 0`.
impl ConditionalReparameterized for Bernoulli {
    fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }

    fn with_logits(&self, logits: Tensor<2>) -> Self {
        Self { logits }
    }

    fn continuous_sample(&self, rng: &Rng) -> Tensor<2> {
        self.logits.clone() + self.logistic_noise(rng)
    }

    /// `z = s softplus(ε + softplus(s l))`, `s = 2b − 1`, with logistic noise ε (Tucker et al. 2017, appendix, in the
    /// logarithm: nothing overflows).
    fn continuous_sample_given(&self, value: &Tensor<2>, rng: &Rng) -> Tensor<2> {
        let sign = value.clone() * 2.0 - 1.0;
        let size = softplus(sign.clone() * self.logits.clone()) + self.logistic_noise(rng);
        softplus(size) * sign
    }

    fn discretize(&self, continuous: &Tensor<2>) -> Tensor<2> {
        let continuous = continuous.clone().inner();
        let dtype = continuous.dtype();
        continuous.greater_elem(0.0).float().cast(dtype)
    }

    fn relax(&self, continuous: Tensor<2>, temperature: Tensor<2>) -> Tensor<2> {
        sigmoid(continuous / temperature)
    }
}

impl Mean for Bernoulli {
    /// `σ(l)`
    fn mean(&self) -> Tensor<2> {
        sigmoid(self.logits.clone())
    }
}

impl Variance for Bernoulli {
    /// `σ(l) σ(−l)`
    fn variance(&self) -> Tensor<2> {
        sigmoid(self.logits.clone()) * sigmoid(self.logits.clone().neg())
    }
}

impl Entropy for Bernoulli {
    /// `Σ_d −p log p − (1 − p) log(1 − p)` with each logarithm as a softplus, so that no two large
    /// terms cancel.
    fn entropy(&self) -> Tensor<1> {
        let (l, negative) = (self.logits.clone(), self.logits.clone().neg());
        sum_event(sigmoid(l.clone()) * softplus(negative.clone()) + sigmoid(negative) * softplus(l))
    }
}

impl KlDivergence for Bernoulli {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Bernoulli {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let normaliser = meeting.fold(softplus(self.logits.clone()));
        meeting.unfold(meeting.fold(value.clone()) * meeting.fold(self.logits.clone()) - normaliser)
    }

    /// `σ(l_q)(softplus(−l_p) − softplus(−l_q)) + σ(−l_q)(softplus(l_p) − softplus(l_q))`
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), p.logits.dims());
        let term = |q: Tensor<2>, p: Tensor<2>| {
            let excess = meeting.fold(softplus(p.neg())) - meeting.fold(softplus(q.clone().neg()));
            meeting.fold(sigmoid(q)) * excess
        };
        let (q, p) = (self.logits.clone(), p.logits.clone());
        meeting.unfold(term(q.clone(), p.clone()) + term(q.neg(), p.neg()))
    }
}

impl Enumerable for Bernoulli {
    /// All `2^event` binary vectors; dimension `d` of value `v` is bit `d` of `v`.
    ///
    /// # Panics
    /// If the event has more than 20 dimensions.
    fn enumerate(&self) -> Tensor<2> {
        for_each_row(&self.logits, numerals(2, self.logits.dims()[1]))
    }
}

impl DetachParams for Bernoulli {
    fn detach_params(&self) -> Self {
        Self { logits: self.logits.clone().inner() }
    }
}

impl Expand for Bernoulli {
    fn expand(&self, samples: usize) -> Self {
        Self { logits: repeat_rows(self.logits.clone(), self.rows(), samples) }
    }
}

impl SelectRows for Bernoulli {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { logits: select_rows(self.logits.clone(), self.rows(), rows) }
    }
}
