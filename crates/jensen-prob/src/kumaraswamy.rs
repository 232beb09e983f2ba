//! The Kumaraswamy distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;
use jensen_kernels::scalar;

use crate::host::pointwise;
use crate::noise::uniform;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::share::{BELOW_ONE, off_the_ends};
use crate::special::{digamma, expm1, log1mexp};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Icdf, Mean, Mode, Reparameterized, Rng, SelectRows,
    Variance,
};

/// `γ`
const EULER: f64 = 0.577_215_664_901_532_9;

/// `Kumaraswamy(x; a, b)` between 0 and 1 with independent dimensions, `[rows, event]`: near a beta
/// distribution, with quantiles in closed form (Kumaraswamy 1980).
///
/// `log p(x) = Σ_d log a_d b_d + (a_d − 1) log x_d + (b_d − 1) log(1 − x_d^{a_d})`
///
/// Draws, and the ends 0 and 1 themselves, count as the nearest normal number between the ends.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Cdf, Kumaraswamy};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let share = Kumaraswamy::new(at(2.0), at(3.0)).cdf(&at(0.5)).into_scalar::<f32>();
/// assert!((share - (1.0 - 0.75f32.powi(3))).abs() < 1e-6); // 1 − (1 − xᵃ)ᵇ
/// ```
#[derive(Clone, Debug)]
pub struct Kumaraswamy {
    a: Tensor<2>,
    b: Tensor<2>,
}

impl Kumaraswamy {
    /// From `a` and `b`, both positive, `[rows, event]`.
    ///
    /// # Panics
    /// If their shapes differ.
    pub fn new(a: Tensor<2>, b: Tensor<2>) -> Self {
        let (of_a, of_b) = (a.dims(), b.dims());
        assert_eq!(of_a, of_b, "a of shape {of_a:?} meets b of shape {of_b:?}");
        Self { a, b }
    }

    /// `a`, `[rows, event]`.
    pub fn a(&self) -> Tensor<2> {
        self.a.clone()
    }

    /// `b`, `[rows, event]`.
    pub fn b(&self) -> Tensor<2> {
        self.b.clone()
    }

    fn log_prob_of_each(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.a.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let (a, b, log) = (fold(&self.a), fold(&self.b), fold(&off_the_ends(value)).log());
        let rest = log1mexp((a.clone() * log.clone()).neg());
        meeting.unfold(a.clone().log() + b.clone().log() + (a - 1.0) * log + (b - 1.0) * rest)
    }

    /// `x` of `−log(1 − F(x))`.
    fn of_surprise(surprise: Tensor<2>, a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
        exponential(log1mexp(surprise / b) / a)
    }

    /// `−log u` of uniform draws.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        uniform(rng, &self.a).log().neg()
    }
}

impl Distribution for Kumaraswamy {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.a.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let (a, b) = (self.a.clone().inner(), self.b.clone().inner());
        Self::of_surprise(self.noise(rng), a, b).clamp(f32::MIN_POSITIVE, BELOW_ONE)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_of_each(value))
    }
}

impl Reparameterized for Kumaraswamy {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        Self::of_surprise(self.noise(rng), self.a(), self.b()).clamp(f32::MIN_POSITIVE, BELOW_ONE)
    }
}

/// `m = E[xⁿ] = b B(1 + n/a, b)` and `∂ log m/∂a`, `∂ log m/∂b`.
fn moment(n: f64, a: f64, b: f64) -> [f64; 3] {
    let step = n / a;
    // log Γ(x + s) − log Γ(x) and what is left of its slope for x, terms of size x log x left out.
    let rise = |x: f64| {
        let leading = (x + step) * (step / x).ln_1p() - step + step * x.ln();
        leading + scalar::log_gamma_remainder(x + step) - scalar::log_gamma_remainder(x)
    };
    let slope =
        |x: f64| (step / x).ln_1p() + scalar::digamma_remainder(x + step) - scalar::digamma_remainder(x);
    let log = scalar::log_gamma(1.0 + step) - rise(b + 1.0);
    let by_step = scalar::digamma(1.0 + step) - scalar::digamma(b + 1.0 + step);
    [log.exp(), -by_step * step / a, -slope(b + 1.0)]
}

impl Mean for Kumaraswamy {
    /// `b B(1 + 1/a, b)`
    fn mean(&self) -> Tensor<2> {
        pointwise(
            [self.a(), self.b()],
            |[a, b]| moment(1.0, a, b)[0],
            |[a, b], mean| {
                let [_, by_a, by_b] = moment(1.0, a, b);
                [mean * by_a, mean * by_b]
            },
        )
    }
}

impl Variance for Kumaraswamy {
    /// `b B(1 + 2/a, b) − (b B(1 + 1/a, b))²`, a difference of near numbers, in `f64`.
    fn variance(&self) -> Tensor<2> {
        pointwise(
            [self.a(), self.b()],
            |[a, b]| moment(2.0, a, b)[0] - moment(1.0, a, b)[0].powi(2),
            |[a, b], _| {
                let ([first, first_a, first_b], [second, second_a, second_b]) =
                    (moment(1.0, a, b), moment(2.0, a, b));
                let square = 2.0 * first * first;
                [second * second_a - square * first_a, second * second_b - square * first_b]
            },
        )
    }
}

impl Mode for Kumaraswamy {
    /// `((a − 1)/(ab − 1))^{1/a}`, and an end where the density has no maximum between them.
    fn mode(&self) -> Tensor<2> {
        let is_rising = self.a.clone().greater_elem(1.0);
        let is_falling = self.b.clone().greater_elem(1.0);
        let inside = is_rising.clone().bool_and(is_falling);
        let a = self.a().mask_fill(inside.clone().bool_not(), 2.0);
        let b = self.b().mask_fill(inside.clone().bool_not(), 2.0);
        let between = exponential(((a.clone() - 1.0) / (a.clone() * b - 1.0)).log() / a);
        let end = is_rising.bool_or(self.b.clone().lower_elem(1.0)).float().cast(self.a.dtype());
        between.mask_where(inside.bool_not(), end)
    }
}

impl Entropy for Kumaraswamy {
    /// `Σ_d 1 − 1/b + (1 − 1/a)(ψ(b + 1) + γ) − log ab`
    fn entropy(&self) -> Tensor<1> {
        let harmonic = digamma(self.b() + 1.0) + EULER;
        let ends = (self.b().recip().neg() + 1.0) + (self.a().recip().neg() + 1.0) * harmonic;
        sum_event(ends - self.a().log() - self.b().log())
    }
}

impl Cdf for Kumaraswamy {
    /// `1 − (1 − xᵃ)ᵇ`, 0 below 0 and 1 above 1.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.a.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let inside = value.clone().mask_fill(value.clone().lower_elem(0.0), 0.0);
        let inside = off_the_ends(&inside.clone().mask_fill(inside.greater_elem(1.0), 1.0));
        let rest = log1mexp((fold(&self.a) * fold(&inside).log()).neg());
        let share = meeting.unfold(expm1(rest * fold(&self.b)).neg());
        // At the ends themselves exactly.
        let above = meeting.unfold(fold(&value.clone().greater_equal_elem(1.0).float().cast(value.dtype())));
        let below = meeting.unfold(fold(&value.clone().lower_equal_elem(0.0).float().cast(value.dtype())));
        share.mask_fill(above.greater_elem(0.5), 1.0).mask_fill(below.greater_elem(0.5), 0.0)
    }
}

impl Icdf for Kumaraswamy {
    /// `(1 − (1 − p)^{1/b})^{1/a}`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.a.dims(), probability.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let surprise = fold(probability).neg().log1p().neg();
        meeting.unfold(Self::of_surprise(surprise, fold(&self.a), fold(&self.b)))
    }
}

impl DetachParams for Kumaraswamy {
    fn detach_params(&self) -> Self {
        let [a, b] = [&self.a, &self.b].map(|t| t.clone().inner());
        Self { a, b }
    }
}

impl Expand for Kumaraswamy {
    fn expand(&self, samples: usize) -> Self {
        let [a, b] = [&self.a, &self.b].map(|t| repeat_rows(t.clone(), self.rows(), samples));
        Self { a, b }
    }
}

impl SelectRows for Kumaraswamy {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [a, b] = [&self.a, &self.b].map(|t| select_rows(t.clone(), self.rows(), rows));
        Self { a, b }
    }
}
