//! The von Mises–Fisher distribution on the sphere.

use burn::tensor::{Device, Int, Tensor};
use jensen_kernels::scalar::log_gamma;

use crate::bessel::{bessel_ratio, bessel_ratio_complement, bessel_ratio_slopes, log_bessel_reduced};
use crate::polar::{rsample_angles, sample_angles};
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event, sum_of_others};
use crate::{
    DetachParams, Distribution, Entropy, Expand, KlDivergence, Mean, Mode, Reparameterized, Rng, SelectRows,
    Variance,
};

/// `vMF(x; μ, κ)` on the unit sphere `S^{d−1}` in `d ≥ 2` dimensions, mean direction `μ`, `[rows, dimensions]`, and
/// concentration `κ ≥ 0`, `[rows, 1]`: the latent space of hyperspherical autoencoders (Davidson et al. 2018).
///
/// `log p(x) = κ μ·x + (d/2 − 1) log κ − (d/2) log 2π − log I_{d/2−1}(κ)`
///
/// `κ = 0` is the [`uniform`](Self::uniform) distribution, the prior to which divergences are exact. The angle from
/// `μ` is drawn by the rejection of Wood 1994 and carries its gradient by implicit reparameterisation (Figurnov et
/// al. 2018), unbiased where a correction for the rejection would otherwise be due; the direction in which it is
/// turned is that of a normal draw at right angles to `μ`, which has a gradient at every `μ`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{KlDivergence, Reparameterized, Rng, VonMisesFisher};
///
/// let device = Device::flex();
/// let direction = Tensor::from_data([[3.0f32, 0.0, 4.0]], &device); // of any length
/// let posterior = VonMisesFisher::new(direction, Tensor::from_data([[50.0f32]], &device));
/// let z = posterior.rsample(&Rng::seed(0));
/// assert!((z.square().sum().into_scalar::<f32>() - 1.0).abs() < 1e-5);
/// // KL = log κ + log 2 − 1 on the sphere in three dimensions, up to e^−2κ.
/// let kl = posterior.kl_divergence(&VonMisesFisher::uniform(1, 3, &device)).into_scalar::<f32>();
/// assert!((kl - 100f32.ln() + 1.0).abs() < 1e-5);
/// ```
#[derive(Clone, Debug)]
pub struct VonMisesFisher {
    direction: Tensor<2>,
    concentration: Tensor<2>,
}

impl VonMisesFisher {
    /// From vectors in the mean direction, `[rows, dimensions]`, of any length but 0, and `κ ≥ 0`, `[rows, 1]` or
    /// `[1, 1]`.
    ///
    /// # Panics
    /// If there are fewer than two dimensions, or `concentration` has several columns or does not broadcast to the
    /// shape of `direction`.
    pub fn new(direction: Tensor<2>, concentration: Tensor<2>) -> Self {
        let [_, dimensions] = direction.dims();
        assert!(dimensions >= 2, "a sphere in {dimensions} dimensions has no directions");
        assert_eq!(concentration.dims()[1], 1, "a concentration is one number a row");
        check_fits("a concentration", &concentration, "a direction", &direction);
        Self { direction: unit(direction), concentration }
    }

    /// The uniform distribution on `S^{dimensions−1}`. One row meets any batch.
    ///
    /// # Panics
    /// If there are fewer than two dimensions.
    pub fn uniform(rows: usize, dimensions: usize, device: &Device) -> Self {
        Self::new(Tensor::ones([rows, dimensions], device), Tensor::zeros([1, 1], device))
    }

    /// `μ`, of length 1, `[rows, dimensions]`.
    pub fn direction(&self) -> Tensor<2> {
        self.direction.clone()
    }

    /// `κ`, `[rows, 1]`.
    pub fn concentration(&self) -> Tensor<2> {
        expand(self.concentration.clone(), [self.rows(), 1])
    }

    /// `E[μ·x] = I_{d/2}(κ)/I_{d/2−1}(κ)`, `[rows, 1]`: the length of the mean.
    pub fn mean_resultant_length(&self) -> Tensor<2> {
        bessel_ratio(self.order(), self.concentration())
    }

    fn dimensions(&self) -> usize {
        self.direction.dims()[1]
    }

    /// `ν = d/2 − 1`
    fn order(&self) -> f64 {
        0.5 * self.dimensions() as f64 - 1.0
    }

    /// `−log p(μ)`: the logarithm of the area of the sphere, `2π^{d/2}/Γ(d/2)`, and of the share that concentration
    /// leaves of it.
    fn log_area(&self) -> Tensor<2> {
        let half = 0.5 * self.dimensions() as f64;
        let log_area = std::f64::consts::LN_2 + half * std::f64::consts::PI.ln() - log_gamma(half);
        log_bessel_reduced(self.order(), self.concentration.clone()) + log_area
    }
}

/// Directions, turned by the angles towards others at right angles to them.
fn turned(direction: Tensor<2>, angles: Tensor<2>, rng: &Rng) -> Tensor<2> {
    let device = direction.device().without_autodiff();
    let normal = rng.fork("tangent").normal(direction.dims(), &device).cast(direction.dtype());
    let tangent = |t: Tensor<2>| t.clone() - direction.clone() * (direction.clone() * t).sum_dim(1);
    // Twice, since the first leaves the rounding of what it takes.
    let tangent = unit(tangent(unit(tangent(normal))));
    direction.clone() * angles.clone().cos() + tangent * angles.sin()
}

/// Vectors of length 1.
fn unit(vector: Tensor<2>) -> Tensor<2> {
    // Squares of large and small numbers leave the range.
    let largest = vector.clone().inner().abs().max_dim(1);
    let vector = vector / largest;
    vector.clone() / vector.square().sum_dim(1).sqrt()
}

impl Distribution for VonMisesFisher {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.direction.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let angles = sample_angles(&self.concentration(), self.dimensions(), &rng.fork("angle"));
        turned(self.direction.clone().inner(), angles, rng)
    }

    /// `−½κ |x − μ|²` less the logarithm of the area that this leaves, for `x` of length 1: near the mode of large
    /// concentrations terms of size `κ` would cancel.
    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.direction.dims(), value.dims());
        let distance = meeting.fold(value.clone()) - meeting.fold(self.direction.clone());
        let kappa = meeting.fold(self.concentration.clone());
        let share = meeting.fold(self.log_area() / self.dimensions() as f64);
        sum_event(meeting.unfold((distance.square() * kappa * 0.5 + share).neg()))
    }
}

impl Reparameterized for VonMisesFisher {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        let angles = rsample_angles(&self.concentration(), self.dimensions(), &rng.fork("angle"));
        turned(self.direction.clone(), angles, rng)
    }
}

impl Mean for VonMisesFisher {
    /// `A μ` with the mean resultant length `A`, inside of the sphere
    fn mean(&self) -> Tensor<2> {
        self.direction.clone() * self.mean_resultant_length()
    }
}

impl Variance for VonMisesFisher {
    /// `(1 − μ_i²) A/κ + μ_i² dA/dκ` with the mean resultant length `A`
    fn variance(&self) -> Tensor<2> {
        let square = self.direction.clone().square();
        let [along, across] = bessel_ratio_slopes(self.order(), self.concentration());
        sum_of_others(square.clone()) * across + square * along
    }
}

impl Mode for VonMisesFisher {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.direction.clone()
    }
}

impl Entropy for VonMisesFisher {
    /// `−log p(μ) + κ (1 − A)` with the mean resultant length `A`
    fn entropy(&self) -> Tensor<1> {
        let kappa = self.concentration.clone();
        let spread = kappa.clone() * bessel_ratio_complement(self.order(), kappa);
        expand(self.log_area() + spread, [self.rows(), 1]).reshape([self.rows()])
    }
}

impl KlDivergence for VonMisesFisher {
    /// `(κ_p − κ_q)(1 − A_q) + ½κ_p A_q |μ_q − μ_p|² + log p_q(μ_q) − log p_p(μ_p)` with the mean resultant length `A`:
    /// terms of size `κ` are left out.
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.direction.dims(), p.direction.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let order = self.order();
        let kappa_p = fold(p.concentration.clone());
        let complement = fold(bessel_ratio_complement(order, self.concentration.clone()));
        let length = fold(bessel_ratio(order, self.concentration.clone()));
        let distance = fold(self.direction.clone()) - fold(p.direction.clone());
        let directions = kappa_p.clone() * length * distance.square() * 0.5;
        let concentrations = (kappa_p - fold(self.concentration.clone())) * complement;
        let areas = fold(log_bessel_reduced(order, p.concentration.clone()))
            - fold(log_bessel_reduced(order, self.concentration.clone()));
        let of_all = (concentrations + areas) / self.dimensions() as f64;
        sum_event(meeting.unfold(directions + of_all))
    }
}

impl DetachParams for VonMisesFisher {
    fn detach_params(&self) -> Self {
        let [direction, concentration] = [&self.direction, &self.concentration].map(|t| t.clone().inner());
        Self { direction, concentration }
    }
}

impl Expand for VonMisesFisher {
    fn expand(&self, samples: usize) -> Self {
        let repeat = |t: &Tensor<2>| repeat_rows(t.clone(), self.rows(), samples);
        Self { direction: repeat(&self.direction), concentration: repeat(&self.concentration) }
    }
}

impl SelectRows for VonMisesFisher {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let select = |t: &Tensor<2>| select_rows(t.clone(), self.rows(), rows);
        Self { direction: select(&self.direction), concentration: select(&self.concentration) }
    }
}
