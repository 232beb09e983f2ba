//! Student's t distribution with independent dimensions.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::host::pointwise;
use crate::implicit::{rsample_log_gamma, sample_log_gamma};
use crate::positive::Positive;
use crate::rows::{Meeting, expand, repeat_rows, select_rows, sum_event};
use crate::special::{HALF_LOG_TAU, Share, digamma_remainder, log_gamma_remainder};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Mean, Mode, Reparameterized, Rng, SelectRows, Variance,
};

/// `StudentT(x; ν, μ, σ)` with independent dimensions and `ν` degrees of freedom, `[rows, event]`: errors
/// among which some are large.
///
/// `log p(x) = Σ_d log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log πν − log σ − (ν + 1)/2 · log(1 + ((x − μ)/σ)²/ν)`
///
/// Degrees of freedom and scale may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`,
/// `[1, 1]`). A draw is `μ + σz/√(g/(ν/2))` of a normal and a gamma draw, and carries their gradients, that
/// for `ν` implicitly (Figurnov et al. 2018); it lies within `1e37 σ` of `μ`, which `ν < 0.5` would leave.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, StudentT};
///
/// let at = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let cauchy = StudentT::new(at(1.0), at(0.0), at(1.0));
/// let at_mode = cauchy.log_prob(&at(0.0)).into_scalar::<f32>();
/// assert!((at_mode + std::f32::consts::PI.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct StudentT {
    degrees: Positive,
    location: Tensor<2>,
    scale: Positive,
}

impl StudentT {
    /// From `ν`, `μ` and `σ`; `ν` and `σ` must be positive.
    ///
    /// # Panics
    /// If `degrees_of_freedom` or `scale` does not broadcast to the shape of `location`.
    pub fn new(degrees_of_freedom: Tensor<2>, location: Tensor<2>, scale: Tensor<2>) -> Self {
        Self::from_parts(Positive::new(degrees_of_freedom), location, Positive::new(scale))
    }

    /// From `log ν`, `μ` and `log σ`, any real numbers.
    ///
    /// # Panics
    /// If `log_degrees_of_freedom` or `log_scale` does not broadcast to the shape of `location`.
    pub fn from_logs(log_degrees_of_freedom: Tensor<2>, location: Tensor<2>, log_scale: Tensor<2>) -> Self {
        Self::from_parts(Positive::from_log(log_degrees_of_freedom), location, Positive::from_log(log_scale))
    }

    fn from_parts(degrees: Positive, location: Tensor<2>, scale: Positive) -> Self {
        let degrees = degrees.beside("degrees of freedom", &location, "a location");
        let scale = scale.beside("a scale", &location, "a location");
        Self { degrees, location, scale }
    }

    /// `ν`, `[rows, event]`.
    pub fn degrees_of_freedom(&self) -> Tensor<2> {
        self.degrees.value_in(self.location.dims())
    }

    /// `μ`, `[rows, event]`.
    pub fn location(&self) -> Tensor<2> {
        self.location.clone()
    }

    /// `σ`, `[rows, event]`.
    pub fn scale(&self) -> Tensor<2> {
        self.scale.value_in(self.location.dims())
    }

    /// `ν/2` as shared as `ν` is.
    fn half(&self) -> Tensor<2> {
        self.degrees.value() * 0.5
    }

    /// `log Γ(h + ½) − log Γ(h) − ½ log h` with `h = ν/2`, the terms of size `h log h` left out.
    fn log_ratio(&self) -> Tensor<2> {
        let half = self.half();
        let next = half.clone() + 0.5;
        let leading = next.clone() * (half.clone() * 2.0).recip().log1p() - 0.5;
        leading + (log_gamma_remainder(next) - log_gamma_remainder(half))
    }

    /// A draw for `μ = 0` and `σ = 1`, from that of `log g`.
    fn standard(&self, log_gamma: Tensor<2>, log_degrees: Tensor<2>, rng: &Rng) -> Tensor<2> {
        const LARGEST: f64 = 84.0;
        let device = self.location.device().without_autodiff();
        let noise = rng.fork("normal").normal(self.location.dims(), &device).cast(self.location.dtype());
        let log = (log_degrees - std::f64::consts::LN_2 - log_gamma) * 0.5;
        noise * exponential(log.clone().mask_fill(log.greater_elem(LARGEST), LARGEST))
    }
}

impl Distribution for StudentT {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.location.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let half = expand(self.half(), self.location.dims());
        let log_gamma = sample_log_gamma(&half, &rng.fork("gamma"));
        let standard = self.standard(log_gamma, self.degrees.log().inner(), rng);
        self.location.clone().inner() + self.scale.value().inner() * standard
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let (degrees, half_log) = (fold(&self.degrees.value()), fold(&self.degrees.log()) * 0.5);
        let distance = (fold(value) - fold(&self.location)) / fold(&self.scale.value());
        // In √ν: its square may leave the range.
        let distance = distance.abs() * exponential(half_log.neg());
        let far = distance.clone().greater_elem(1e6);
        let near = distance.clone().mask_fill(far.clone(), 0.0).square().log1p();
        let far_away = distance.mask_fill(far.clone().bool_not(), 1.0).log() * 2.0;
        let tails = near.mask_where(far, far_away) * ((degrees + 1.0) * 0.5);
        let normaliser = fold(&(self.log_ratio() - HALF_LOG_TAU)) - fold(&self.scale.log());
        sum_event(meeting.unfold(normaliser - tails))
    }
}

impl Reparameterized for StudentT {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        let half = expand(self.half(), self.location.dims());
        let log_gamma = rsample_log_gamma(&half, &rng.fork("gamma"));
        self.location.clone() + self.scale.value() * self.standard(log_gamma, self.degrees.log(), rng)
    }
}

impl Mean for StudentT {
    /// `μ`, no number where `ν ≤ 1`.
    fn mean(&self) -> Tensor<2> {
        let has_none = self.degrees_of_freedom().lower_equal_elem(1.0);
        self.location.clone().mask_fill(has_none, f32::NAN)
    }
}

impl Variance for StudentT {
    /// `σ² ν/(ν − 2)`, infinite where `1 < ν ≤ 2` and no number where `ν ≤ 1`.
    fn variance(&self) -> Tensor<2> {
        let degrees = self.degrees_of_freedom();
        let is_heavy = degrees.clone().lower_equal_elem(2.0);
        let moderate = degrees.clone().mask_fill(is_heavy.clone(), 3.0);
        let variance = self.scale().square() * (moderate.clone() / (moderate - 2.0));
        variance.mask_fill(is_heavy, f32::INFINITY).mask_fill(degrees.lower_equal_elem(1.0), f32::NAN)
    }
}

impl Mode for StudentT {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.location.clone()
    }
}

impl Entropy for StudentT {
    /// `Σ_d (ν + 1)/2 · (ψ((ν + 1)/2) − ψ(ν/2)) + log √ν B(ν/2, ½) + log σ`
    fn entropy(&self) -> Tensor<1> {
        let half = self.half();
        let next = half.clone() + 0.5;
        let rise = (half.clone() * 2.0).recip().log1p()
            + (digamma_remainder(next.clone()) - digamma_remainder(half));
        let standard = next * rise - self.log_ratio() + HALF_LOG_TAU;
        sum_event(expand(standard, self.location.dims()) + self.scale.log())
    }
}

impl Cdf for StudentT {
    /// `½ I_{ν/(ν + z²)}(ν/2, ½)` of `z = (x − μ)/σ` below `μ`, and its complement above.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let z = (fold(value) - fold(&self.location)) / fold(&self.scale.value());
        meeting.unfold(pointwise([z, fold(&self.degrees.value())], standard_cdf, standard_cdf_slopes))
    }
}

/// Where the square of `t` cuts a beta variable.
fn share(t: f64, degrees: f64) -> Share {
    let square = (t / degrees.sqrt()).powi(2);
    Share { a: 0.5 * degrees, b: 0.5, x: (1.0 + square).recip(), rest: (1.0 + square.recip()).recip() }
}

fn standard_cdf([t, degrees]: [f64; 2]) -> f64 {
    let tail = 0.5 * share(t, degrees).lower();
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// For `t`, the density; for `ν`, by both ways in which it enters.
fn standard_cdf_slopes([t, degrees]: [f64; 2], _: f64) -> [f64; 2] {
    const TINY: f64 = 1e-100;
    let distance = t.abs().max(TINY);
    let share = share(distance, degrees);
    let power = share.power();
    let by_degrees = 0.5 * (0.5 * share.slopes()[0] + power / degrees);
    [power / distance, if t > 0.0 { -by_degrees } else { by_degrees }]
}

impl DetachParams for StudentT {
    fn detach_params(&self) -> Self {
        let location = self.location.clone().inner();
        Self { degrees: self.degrees.inner(), location, scale: self.scale.inner() }
    }
}

impl Expand for StudentT {
    fn expand(&self, samples: usize) -> Self {
        let rows = self.rows();
        let location = repeat_rows(self.location.clone(), rows, samples);
        Self {
            degrees: self.degrees.repeat(rows, samples),
            location,
            scale: self.scale.repeat(rows, samples),
        }
    }
}

impl SelectRows for StudentT {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let location = select_rows(self.location.clone(), self.rows(), rows);
        let [degrees, scale] = [&self.degrees, &self.scale].map(|p| p.select(self.rows(), rows));
        Self { degrees, location, scale }
    }
}
