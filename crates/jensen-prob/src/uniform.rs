//! The uniform distribution on an interval with independent dimensions.

use burn::tensor::{Int, Tensor};

use crate::noise::uniform;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// All numbers between `a` and `b` alike, with independent dimensions, `[rows, event]`.
///
/// `log p(x) = −Σ_d log(b_d − a_d)` where every `a_d ≤ x_d ≤ b_d`, and −∞ elsewhere.
///
/// Source: Johnson, Kotz & Balakrishnan 1995, *Continuous Univariate Distributions* 2, chapter 26.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Mean, Uniform};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let angle = Uniform::new(at(-2.0), at(6.0));
/// assert_eq!(angle.mean().into_scalar::<f32>(), 2.0);
/// assert!((angle.log_prob(&at(5.0)).into_scalar::<f32>() + 8f32.ln()).abs() < 1e-6);
/// assert_eq!(angle.log_prob(&at(7.0)).into_scalar::<f32>(), f32::NEG_INFINITY);
/// ```
#[derive(Clone, Debug)]
pub struct Uniform {
    low: Tensor<2>,
    high: Tensor<2>,
}

impl Uniform {
    /// From the ends `a < b`, `[rows, event]`.
    ///
    /// # Panics
    /// If their shapes differ.
    pub fn new(low: Tensor<2>, high: Tensor<2>) -> Self {
        let (of_low, of_high) = (low.dims(), high.dims());
        assert_eq!(of_low, of_high, "a lower end of shape {of_low:?} meets an upper of shape {of_high:?}");
        Self { low, high }
    }

    /// `a`, `[rows, event]`.
    pub fn low(&self) -> Tensor<2> {
        self.low.clone()
    }

    /// `b`, `[rows, event]`.
    pub fn high(&self) -> Tensor<2> {
        self.high.clone()
    }

    /// `b − a`
    pub(crate) fn width(&self) -> Tensor<2> {
        self.high() - self.low()
    }

    /// A function of `(x − a)/(b − a)` and, folded alike, `log(b − a)`.
    fn of_position(&self, value: &Tensor<2>, f: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.low.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let position = (fold(value) - fold(&self.low)) / fold(&self.width());
        meeting.unfold(f(position, fold(&self.width()).log()))
    }
}

impl Distribution for Uniform {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.low.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.low.clone().inner() + self.width().inner() * uniform(rng, &self.low)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Uniform {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.low.clone() + self.width() * uniform(rng, &self.low)
    }
}

impl Mean for Uniform {
    /// `(a + b)/2`
    fn mean(&self) -> Tensor<2> {
        self.low.clone() + self.width() * 0.5
    }
}

impl Variance for Uniform {
    /// `(b − a)²/12`
    fn variance(&self) -> Tensor<2> {
        self.width().square() / 12.0
    }
}

impl Mode for Uniform {
    /// Of all values alike, the middle.
    fn mode(&self) -> Tensor<2> {
        self.mean()
    }
}

impl Entropy for Uniform {
    /// `Σ_d log(b_d − a_d)`
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.width().log())
    }
}

impl Cdf for Uniform {
    /// `(x − a)/(b − a)`, 0 below `a` and 1 above `b`.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_position(value, |position, _| {
            let position = position.clone().mask_fill(position.lower_elem(0.0), 0.0);
            position.clone().mask_fill(position.greater_elem(1.0), 1.0)
        })
    }
}

impl Icdf for Uniform {
    /// `a + p (b − a)`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.low.dims(), probability.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        meeting.unfold(fold(&self.low) + fold(&self.width()) * fold(probability))
    }
}

impl KlDivergence for Uniform {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Uniform {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_position(value, |position, log_width| {
            let (below, above) = (position.clone().lower_elem(0.0), position.clone().greater_elem(1.0));
            let density =
                (position.zeros_like() - log_width).mask_fill(below.bool_or(above), f32::NEG_INFINITY);
            density.mask_fill(position.is_nan(), f32::NAN)
        })
    }

    /// `log (b_p − a_p)/(b_q − a_q)`, infinite where `q` has values that `p` has not.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.low.dims(), p.low.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let widths = fold(&p.width()) / fold(&self.width());
        let below = fold(&self.low).lower(fold(&p.low).expand(widths.dims()));
        let above = fold(&self.high).greater(fold(&p.high).expand(widths.dims()));
        meeting.unfold(widths.log().mask_fill(below.bool_or(above), f32::INFINITY))
    }
}

impl DetachParams for Uniform {
    fn detach_params(&self) -> Self {
        Self { low: self.low.clone().inner(), high: self.high.clone().inner() }
    }
}

impl Expand for Uniform {
    fn expand(&self, samples: usize) -> Self {
        let [low, high] = [&self.low, &self.high].map(|t| repeat_rows(t.clone(), self.rows(), samples));
        Self { low, high }
    }
}

impl SelectRows for Uniform {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [low, high] = [&self.low, &self.high].map(|t| select_rows(t.clone(), self.rows(), rows));
        Self { low, high }
    }
}
