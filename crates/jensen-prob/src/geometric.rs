//! The geometric distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::{elu, exponential};

use crate::counts::deviance_by_ratio;
use crate::host::OnHost;
use crate::noise::uniforms;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::special::{log_sigmoid, sigmoid, softplus};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode, Rng,
    SelectRows, Variance,
};

/// `Geometric(x; σ(l))` on `0, 1, 2, …` with independent dimensions and logits `l`, `[rows, event]`: failures
/// before the first success.
///
/// `log p(x) = Σ_d x_d log σ(−l_d) + log σ(l_d)`
///
/// Draws are exact, by inversion.
///
/// Source: Johnson, Kemp & Kotz 2005, *Univariate Discrete Distributions*, chapter 5.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Geometric, Mean};
///
/// let device = Device::flex();
/// let tosses = Geometric::from_logits(Tensor::<2>::zeros([1, 1], &device));
/// assert_eq!(tosses.mean().into_scalar::<f32>(), 1.0);
/// let third = tosses.log_prob(&Tensor::from_data([[2.0f32]], &device)).into_scalar::<f32>();
/// assert!((third - 0.125f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Geometric {
    logits: Tensor<2>,
}

impl Geometric {
    /// From logits of a success, `[rows, event]`.
    pub fn from_logits(logits: Tensor<2>) -> Self {
        Self { logits }
    }

    /// `l`, `[rows, event]`.
    pub fn logits(&self) -> Tensor<2> {
        self.logits.clone()
    }
}

impl Distribution for Geometric {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.logits.dims()[0]
    }

    /// The whole part of an exponential number over `−log σ(−l)`.
    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let logits = OnHost::of(&self.logits);
        let uniforms = uniforms(rng, logits.shape);
        let draw = |(&logit, uniform): (&f64, f64)| {
            let rate = logit.max(0.0) + (-logit.abs()).exp().ln_1p();
            (-(-uniform).ln_1p() / rate).floor()
        };
        logits.tensor(logits.numbers.iter().zip(uniforms).map(draw).collect())
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for Geometric {
    /// `e^{−l}`
    fn mean(&self) -> Tensor<2> {
        exponential(self.logits.clone().neg())
    }
}

impl Variance for Geometric {
    /// `e^{−l} / σ(l)`
    fn variance(&self) -> Tensor<2> {
        Mean::mean(self) / sigmoid(self.logits.clone())
    }
}

impl Mode for Geometric {
    /// 0
    fn mode(&self) -> Tensor<2> {
        self.logits.clone().inner().zeros_like()
    }
}

impl Entropy for Geometric {
    /// `Σ_d softplus(−l_d) + e^{−l_d} softplus(l_d)`
    fn entropy(&self) -> Tensor<1> {
        const RARE: f64 = -20.0;
        let l = self.logits.clone();
        // For rare successes the second term is 1 − ½ eˡ, a product of two that leave the range.
        let is_rare = l.clone().lower_elem(RARE);
        let frequent = l.clone().mask_fill(is_rare.clone(), RARE);
        let rare = exponential(l.clone().mask_fill(is_rare.clone().bool_not(), RARE)) * -0.5 + 1.0;
        let failures = (exponential(frequent.clone().neg()) * softplus(frequent)).mask_where(is_rare, rare);
        sum_event(softplus(l.neg()) + failures)
    }
}

impl Cdf for Geometric {
    /// `1 − σ(−l)^(⌊x⌋ + 1)`
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let trials = meeting.fold((value.clone().floor() + 1.0).clamp_min(0.0));
        let log_tail = trials * meeting.fold(log_sigmoid(self.logits.clone().neg()));
        meeting.unfold(elu(log_tail).neg())
    }
}

impl Icdf for Geometric {
    /// `⌈log(1 − p)/log σ(−l)⌉ − 1`, or a neighbour where rounding has missed the step of [`cdf`](Cdf::cdf).
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let family = self.detach_params();
        let meeting = Meeting::of(family.logits.dims(), probability.dims());
        let unfold = |t: Tensor<2>| meeting.unfold(meeting.fold(t));
        let probability = unfold(probability.clone().inner());
        let trials = probability.clone().neg().log1p() / unfold(log_sigmoid(family.logits.clone().neg()));
        let near = (trials.ceil() - 1.0).clamp_min(0.0);
        let before = (near.clone() - 1.0).clamp_min(0.0);
        let reaches = |x: &Tensor<2>| family.cdf(x).greater_equal(probability.clone());
        let (near_reaches, before_reaches) = (reaches(&near), reaches(&before));
        let after = near.clone() + 1.0;
        after.mask_where(near_reaches, near).mask_where(before_reaches, before)
    }
}

impl KlDivergence for Geometric {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Geometric {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), value.dims());
        let l = meeting.fold(self.logits.clone());
        meeting.unfold(meeting.fold(value.clone()) * log_sigmoid(l.clone().neg()) + log_sigmoid(l))
    }

    /// The deviances of one success and `e^{−l_q}` failures from what `p` expects in as many trials: every term
    /// is small where `q` is near `p`.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.logits.dims(), p.logits.dims());
        let (q, p) = (meeting.fold(self.logits.clone()), meeting.fold(p.logits.clone()));
        let trials = exponential(q.clone().neg()) + 1.0;
        let of_one = |count: Tensor<2>, q: Tensor<2>, p: Tensor<2>| {
            let expected = trials.clone() * sigmoid(p.clone());
            deviance_by_ratio(count, expected, log_sigmoid(p) - log_sigmoid(q))
        };
        let success = of_one(q.ones_like().inner(), q.clone(), p.clone());
        meeting.unfold(success + of_one(exponential(q.clone().neg()), q.neg(), p.neg()))
    }
}

impl DetachParams for Geometric {
    fn detach_params(&self) -> Self {
        Self { logits: self.logits.clone().inner() }
    }
}

impl Expand for Geometric {
    fn expand(&self, samples: usize) -> Self {
        Self { logits: repeat_rows(self.logits.clone(), self.rows(), samples) }
    }
}

impl SelectRows for Geometric {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { logits: select_rows(self.logits.clone(), self.rows(), rows) }
    }
}
