//! The normal distribution squashed by a hyperbolic tangent.

use burn::tensor::{Int, Tensor};
use jensen_kernels::tanh;

use crate::rows::{Meeting, sum_event};
use crate::share::BELOW_ONE;
use crate::special::softplus;
use crate::{
    Cdf, DetachParams, Distribution, Expand, Factorized, Icdf, KlDivergence, Normal, Reparameterized, Rng,
    SelectRows,
};

/// `y = tanh x` of a normal `x ~ N(μ, σ²)`, between −1 and 1 with independent dimensions, `[rows, event]`:
/// actions of bounded size, as in the soft actor–critic (Haarnoja et al. 2018, appendix C).
///
/// `log p(y) = Σ_d log N(artanh y_d; μ_d, σ_d²) − log(1 − y_d²)`
///
/// Draws, and the ends −1 and 1 themselves, count as the nearest number between the ends. So near an end
/// [`log_prob`](Distribution::log_prob) knows its value only as well as the value itself is known;
/// [`rsample_with_log_prob`](Reparameterized::rsample_with_log_prob) is exact there, because it never
/// inverts. Mean, variance and entropy have no closed form.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Normal, Reparameterized, Rng, TanhNormal};
///
/// let device = Device::flex();
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &device);
/// let policy = TanhNormal::new(Normal::new(at(20.0), at(1.0)));
/// let (action, log_prob) = policy.rsample_with_log_prob(&Rng::seed(0));
/// assert!(action.into_scalar::<f32>() < 1.0);
/// assert!(log_prob.into_scalar::<f32>() > 20.0); // nearly all within e⁻⁴⁰ of 1
/// ```
#[derive(Clone, Debug)]
pub struct TanhNormal {
    normal: Normal,
}

impl TanhNormal {
    /// From the distribution of `artanh y`.
    pub fn new(normal: Normal) -> Self {
        Self { normal }
    }

    /// The distribution of `artanh y`.
    pub fn normal(&self) -> &Normal {
        &self.normal
    }

    /// `tanh μ`, `[rows, event]`: the action of a policy that does not explore.
    pub fn median(&self) -> Tensor<2> {
        squash(self.normal.mean())
    }
}

/// `tanh x`, off the ends.
fn squash(x: Tensor<2>) -> Tensor<2> {
    tanh(x).clamp(-BELOW_ONE, BELOW_ONE)
}

/// `log(1 − tanh² x) = 2 (log 2 − |x| − softplus(−2|x|))`, where the square would round to 1.
fn log_slope(x: Tensor<2>) -> Tensor<2> {
    let x = x.abs();
    (softplus(x.clone() * -2.0) + x - std::f64::consts::LN_2) * -2.0
}

/// `log(1 + y)` and `log(1 − y)`, off the ends.
fn logarithms(y: &Tensor<2>) -> [Tensor<2>; 2] {
    let y = y.clone().mask_fill(y.clone().equal_elem(1.0), BELOW_ONE);
    let y = y.clone().mask_fill(y.equal_elem(-1.0), -BELOW_ONE);
    [y.clone().log1p(), y.neg().log1p()]
}

/// `artanh y`, off the ends.
fn unsquash(y: &Tensor<2>) -> Tensor<2> {
    let [above, below] = logarithms(y);
    (above - below) * 0.5
}

impl Distribution for TanhNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.normal.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        squash(self.normal.sample(rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for TanhNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        squash(self.normal.rsample(rng))
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (x, log_prob) = self.normal.rsample_with_log_prob(rng);
        (squash(x.clone()), log_prob - sum_event(log_slope(x)))
    }
}

impl Cdf for TanhNormal {
    /// `Φ((artanh y − μ)/σ)`, 0 up to −1 and 1 from 1 on.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.normal.mean().dims(), value.dims());
        let (below, above) = (value.clone().lower_equal_elem(-1.0), value.clone().greater_equal_elem(1.0));
        let inside = value.clone().mask_fill(below.clone().bool_or(above.clone()), 0.0);
        let share = meeting.fold(self.normal.cdf(&unsquash(&inside)));
        let [is_inside, is_above] = [below.bool_or(above.clone()).bool_not(), above]
            .map(|mask| meeting.fold(mask.float().cast(value.dtype())));
        meeting.unfold(share * is_inside + is_above)
    }
}

impl Icdf for TanhNormal {
    /// `tanh(μ + σ Φ⁻¹(p))`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        tanh(self.normal.icdf(probability))
    }
}

impl KlDivergence for TanhNormal {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        self.normal.kl_divergence(&p.normal)
    }
}

impl Factorized for TanhNormal {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let [above, below] = logarithms(value);
        let density = self.normal.log_prob_per_dim(&unsquash(value));
        let meeting = Meeting::of(self.normal.mean().dims(), value.dims());
        meeting.unfold(meeting.fold(density) - meeting.fold(above + below))
    }

    /// That before squashing: a divergence does not depend on how values are written.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.normal.kl_per_dim(&p.normal)
    }
}

impl DetachParams for TanhNormal {
    fn detach_params(&self) -> Self {
        Self { normal: self.normal.detach_params() }
    }
}

impl Expand for TanhNormal {
    fn expand(&self, samples: usize) -> Self {
        Self { normal: self.normal.expand(samples) }
    }
}

impl SelectRows for TanhNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { normal: self.normal.select_rows(rows) }
    }
}
