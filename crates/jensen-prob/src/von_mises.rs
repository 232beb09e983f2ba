//! The von Mises distribution with independent dimensions.

mod distribution_function;

use std::f64::consts::{PI, TAU};

use burn::tensor::{Int, Tensor};

use crate::bessel::{bessel_ratio, bessel_ratio_complement, log_bessel_reduced};
use crate::host::pointwise;
use crate::polar::{rsample_angles, sample_angles};
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, KlDivergence, Mode, Reparameterized, Rng,
    SelectRows,
};
use distribution_function::Circle;

/// `VonMises(x; μ, κ)` on angles with independent dimensions, location `μ` and concentration `κ ≥ 0`,
/// `[rows, event]`: directions in the plane, times of day.
///
/// `log p(x) = Σ_d κ_d cos(x_d − μ_d) − log 2π I_0(κ_d)`
///
/// The concentration may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`, `[1, 1]`); it is
/// not repeated. An angle may be given with any multiple of 2π; draws lie in `[−π, π)`, up to rounding. They are by the rejection
/// of Best & Fisher 1979 and carry their gradient by implicit reparameterisation (Figurnov et al. 2018), with the
/// integral of the distribution function's derivative computed rather than approximated. As `κ` grows, the
/// distribution tends to a normal one of variance `1/κ`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, VonMises};
///
/// let number = |x: f32| Tensor::<2>::from_data([[x]], &Device::flex());
/// let uniform = VonMises::new(number(1.0), number(0.0));
/// let log_prob = uniform.log_prob(&number(3.0)).into_scalar::<f32>();
/// assert!((log_prob + std::f32::consts::TAU.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct VonMises {
    location: Tensor<2>,
    concentration: Tensor<2>,
}

impl VonMises {
    /// From `μ`, any angle, and `κ ≥ 0`.
    ///
    /// # Panics
    /// If `concentration` does not broadcast to the shape of `location`.
    pub fn new(location: Tensor<2>, concentration: Tensor<2>) -> Self {
        check_fits("a concentration", &concentration, "a location", &location);
        Self { location, concentration }
    }

    /// `μ`, `[rows, event]`.
    pub fn location(&self) -> Tensor<2> {
        self.location.clone()
    }

    /// `κ`, `[rows, event]`.
    pub fn concentration(&self) -> Tensor<2> {
        expand(self.concentration.clone(), self.location.dims())
    }

    /// `E[cos(x − μ)] = I_1(κ)/I_0(κ)`, `[rows, event]`: the length of the mean of the unit vectors, and 1 less the
    /// circular variance.
    pub fn mean_resultant_length(&self) -> Tensor<2> {
        bessel_ratio(0.0, self.concentration())
    }
}

/// Angles from a location, to its one side or its other.
fn around(location: Tensor<2>, angles: Tensor<2>, rng: &Rng) -> Tensor<2> {
    let dtype = location.dtype();
    let device = location.device().without_autodiff();
    let side = rng.fork("side").uniform(location.dims(), &device).greater_equal_elem(0.5).float() * 2.0 - 1.0;
    let draw = location + angles * side.cast(dtype);
    let turns = ((draw.clone().inner() + PI) / TAU).floor();
    draw - turns * TAU
}

impl Distribution for VonMises {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.location.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let angles = sample_angles(&self.concentration(), 2, &rng.fork("angle"));
        around(self.location.clone().inner(), angles, rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for VonMises {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        let angles = rsample_angles(&self.concentration(), 2, &rng.fork("angle"));
        around(self.location.clone(), angles, rng)
    }
}

impl Mode for VonMises {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.location.clone()
    }
}

impl Cdf for VonMises {
    /// `∫_{−π}^x p`, of an angle as draws give it: 0 below −π and 1 above π.
    ///
    /// By quadrature of the smaller tail in `f64`, to the rounding of the angle; the gradients are exact.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        meeting.unfold(pointwise(
            [fold(value), fold(&self.location), fold(&self.concentration)],
            |[x, location, kappa]| match x {
                _ if x.is_nan() => x,
                _ => Circle::of(kappa).mass(-PI - location, x.clamp(-PI, PI) - location).clamp(0.0, 1.0),
            },
            |[x, location, kappa], _| {
                let circle = Circle::of(kappa);
                let [low, high] = [-PI, x.clamp(-PI, PI)].map(|end| end - location);
                let [at_low, at_high] = [low, high].map(|end| circle.density(end));
                let by_value = if x.abs() > PI { 0.0 } else { at_high };
                [by_value, at_low - at_high, circle.growth(high) - circle.growth(low)]
            },
        ))
    }
}

impl Entropy for VonMises {
    /// `Σ_d log 2π e^{−κ_d} I_0(κ_d) + κ_d (1 − A_d)` with the mean resultant length `A`
    fn entropy(&self) -> Tensor<1> {
        let kappa = self.concentration.clone();
        let spread = kappa.clone() * bessel_ratio_complement(0.0, kappa.clone());
        sum_event(expand(log_bessel_reduced(0.0, kappa) + TAU.ln() + spread, self.location.dims()))
    }
}

impl KlDivergence for VonMises {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for VonMises {
    /// `−2κ sin²((x − μ)/2) − log 2π e^{−κ} I_0(κ)`: near the mode of large concentrations terms of size `κ` would
    /// cancel.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        let half = (meeting.fold(value.clone()) - meeting.fold(self.location.clone())) * 0.5;
        let normaliser = meeting.fold(log_bessel_reduced(0.0, self.concentration.clone()) + TAU.ln());
        let kappa = meeting.fold(self.concentration.clone());
        meeting.unfold((half.sin().square() * kappa * 2.0 + normaliser).neg())
    }

    /// `(κ_p − κ_q)(1 − A_q) + 2κ_p A_q sin²((μ_q − μ_p)/2) + log e^{−κ_p} I_0(κ_p) − log e^{−κ_q} I_0(κ_q)` with the mean
    /// resultant length `A`: terms of size `κ` are left out.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), p.location.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let [kappa_q, kappa_p] = [self, p].map(|d| fold(d.concentration.clone()));
        let [log_q, log_p] = [self, p].map(|d| fold(log_bessel_reduced(0.0, d.concentration.clone())));
        let complement = fold(bessel_ratio_complement(0.0, self.concentration.clone()));
        let length = fold(bessel_ratio(0.0, self.concentration.clone()));
        let half = (fold(self.location.clone()) - fold(p.location.clone())) * 0.5;
        let locations = kappa_p.clone() * length * half.sin().square() * 2.0;
        meeting.unfold((kappa_p - kappa_q) * complement + locations + (log_p - log_q))
    }
}

impl DetachParams for VonMises {
    fn detach_params(&self) -> Self {
        let [location, concentration] = [&self.location, &self.concentration].map(|t| t.clone().inner());
        Self { location, concentration }
    }
}

impl Expand for VonMises {
    fn expand(&self, samples: usize) -> Self {
        let repeat = |t: &Tensor<2>| repeat_rows(t.clone(), self.rows(), samples);
        Self { location: repeat(&self.location), concentration: repeat(&self.concentration) }
    }
}

impl SelectRows for VonMises {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let select = |t: &Tensor<2>| select_rows(t.clone(), self.rows(), rows);
        Self { location: select(&self.location), concentration: select(&self.concentration) }
    }
}
