//! Families of one shape that is moved and stretched.

use std::marker::PhantomData;

use burn::tensor::{Device, Int, Tensor};

use crate::noise::uniform;
use crate::positive::Positive;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// The standard member of a location–scale family: a density on the real numbers whose mode is 0.
///
/// Everything is of each number of a tensor by itself.
pub trait Shape {
    /// `H` of the standard member, nats.
    const ENTROPY: f64;

    /// `log f(z)`, nats.
    fn log_density(z: Tensor<2>) -> Tensor<2>;

    /// `F(z)`
    fn cdf(z: Tensor<2>) -> Tensor<2>;

    /// `F⁻¹(u)`, finite for `0 < u < 1`.
    fn quantile(u: Tensor<2>) -> Tensor<2>;
}

/// A shape with a mean and a variance.
pub trait Moments: Shape {
    /// `E[z]`
    const MEAN: f64;
    /// `Var[z]`
    const VARIANCE: f64;
}

/// A shape whose family has an exact divergence.
pub trait Divergence: Shape {
    /// `KL(q ‖ p)` of each dimension in nats, from `(μ_q − μ_p)/s_p` and `log(s_q/s_p)`.
    fn kl(distance: Tensor<2>, log_ratio: Tensor<2>) -> Tensor<2>;
}

/// The family `x = μ + s z` of a shape `z ~ f`, with independent dimensions, `[rows, event]`.
///
/// `log p(x) = Σ_d log f((x_d − μ_d)/s_d) − log s_d`
///
/// The scale may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`, `[1, 1]`);
/// it is not repeated. A shape of your own is a family of your own:
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, LocationScale, Shape};
///
/// /// f(z) = ½ sech(πz/2)
/// #[derive(Clone, Debug)]
/// enum HyperbolicSecant {}
///
/// impl Shape for HyperbolicSecant {
///     const ENTROPY: f64 = 1.166_243_616_123_275; // 4/π times Catalan's constant
///     fn log_density(z: Tensor<2>) -> Tensor<2> {
///         let z = z.abs() * std::f64::consts::FRAC_PI_2;
///         z.clone().neg() - (z * -2.0).exp().log1p()
///     }
///     fn cdf(z: Tensor<2>) -> Tensor<2> {
///         (z * std::f64::consts::FRAC_PI_2).exp().atan() * std::f64::consts::FRAC_2_PI
///     }
///     fn quantile(u: Tensor<2>) -> Tensor<2> {
///         (u * std::f64::consts::FRAC_PI_2).tan().log() * std::f64::consts::FRAC_2_PI
///     }
/// }
///
/// let device = Device::flex();
/// let family = LocationScale::<HyperbolicSecant>::new(Tensor::zeros([1, 1], &device), Tensor::ones([1, 1], &device));
/// let at_mode = family.log_prob(&Tensor::zeros([1, 1], &device)).into_scalar::<f32>();
/// assert!((at_mode + 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct LocationScale<S> {
    location: Tensor<2>,
    scale: Positive,
    shape: PhantomData<S>,
}

impl<S: Shape> LocationScale<S> {
    /// From `μ` and `s`, which must be positive.
    ///
    /// # Panics
    /// If `scale` does not broadcast to the shape of `location`.
    pub fn new(location: Tensor<2>, scale: Tensor<2>) -> Self {
        Self::from_parts(location, Positive::new(scale))
    }

    /// From `μ` and `log s`, any real numbers.
    ///
    /// # Panics
    /// If `log_scale` does not broadcast to the shape of `location`.
    pub fn from_log_scale(location: Tensor<2>, log_scale: Tensor<2>) -> Self {
        Self::from_parts(location, Positive::from_log(log_scale))
    }

    /// `μ = 0` and `s = 1`. One row meets any batch.
    pub fn standard(rows: usize, dims: usize, device: &Device) -> Self {
        Self::from_parts(Tensor::zeros([rows, dims], device), Positive::one(device))
    }

    fn from_parts(location: Tensor<2>, scale: Positive) -> Self {
        let scale = scale.beside("a scale", &location, "a location");
        Self { location, scale, shape: PhantomData }
    }

    /// `μ`, `[rows, event]`.
    pub fn location(&self) -> Tensor<2> {
        self.location.clone()
    }

    /// `s`, `[rows, event]`.
    pub fn scale(&self) -> Tensor<2> {
        self.scale.value_in(self.location.dims())
    }

    /// `log s`, `[rows, event]`.
    pub fn log_scale(&self) -> Tensor<2> {
        self.scale.log_in(self.location.dims())
    }

    /// Draws of the standard member in the shape, type and place of the location, off the gradient
    /// graph: by inversion, from multiples of 2⁻²⁴.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        S::quantile(uniform(rng, &self.location))
    }

    /// A function of each number `(x − μ)/s`, and `log s` beside it.
    fn of_standardised(
        &self,
        value: &Tensor<2>,
        f: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<2>,
    ) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let standardised = (fold(value) - fold(&self.location)) / meeting.fold(self.scale.value());
        meeting.unfold(f(standardised, meeting.fold(self.scale.log())))
    }

    fn log_prob_of_each(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_standardised(value, |z, log_scale| S::log_density(z) - log_scale)
    }
}

impl<S: Shape> Distribution for LocationScale<S> {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.location.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.location.clone().inner() + self.scale.value().inner() * self.noise(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_of_each(value))
    }
}

impl<S: Shape> Reparameterized for LocationScale<S> {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.location.clone() + self.scale.value() * self.noise(rng)
    }

    /// The density of the draw is that of its noise, less `log s`: its total gradient is `−∂ log s`.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let noise = self.noise(rng);
        let value = self.location.clone() + self.scale.value() * noise.clone();
        (value, sum_event(S::log_density(noise) - self.scale.log()))
    }
}

impl<S: Moments> Mean for LocationScale<S> {
    /// `μ + s E[z]`
    fn mean(&self) -> Tensor<2> {
        self.location.clone() + self.scale.value() * S::MEAN
    }
}

impl<S: Moments> Variance for LocationScale<S> {
    /// `s² Var[z]`
    fn variance(&self) -> Tensor<2> {
        self.scale().square() * S::VARIANCE
    }
}

impl<S: Shape> Mode for LocationScale<S> {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.location.clone()
    }
}

impl<S: Shape> Entropy for LocationScale<S> {
    /// `Σ_d log s_d + H[z]`
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.scale.log_in(self.location.dims()) + S::ENTROPY)
    }
}

impl<S: Shape> Cdf for LocationScale<S> {
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.of_standardised(value, |z, _| S::cdf(z))
    }
}

impl<S: Shape> Icdf for LocationScale<S> {
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), probability.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let quantile = S::quantile(fold(probability));
        meeting.unfold(fold(&self.location) + meeting.fold(self.scale.value()) * quantile)
    }
}

impl<S: Divergence> KlDivergence for LocationScale<S> {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl<S: Divergence> Factorized for LocationScale<S> {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.log_prob_of_each(value)
    }

    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), p.location.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let distance = (fold(&self.location) - fold(&p.location)) / meeting.fold(p.scale.value());
        meeting.unfold(S::kl(distance, meeting.fold(self.scale.log()) - meeting.fold(p.scale.log())))
    }
}

impl<S: Shape> DetachParams for LocationScale<S> {
    fn detach_params(&self) -> Self {
        Self { location: self.location.clone().inner(), scale: self.scale.inner(), shape: PhantomData }
    }
}

impl<S: Shape> Expand for LocationScale<S> {
    fn expand(&self, samples: usize) -> Self {
        let location = repeat_rows(self.location.clone(), self.rows(), samples);
        Self { location, scale: self.scale.repeat(self.rows(), samples), shape: PhantomData }
    }
}

impl<S: Shape> SelectRows for LocationScale<S> {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let location = select_rows(self.location.clone(), self.rows(), rows);
        Self { location, scale: self.scale.select(self.rows(), rows), shape: PhantomData }
    }
}
