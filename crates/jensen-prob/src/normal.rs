//! The normal distribution with independent dimensions.

use burn::tensor::{Device, Int, Tensor};

use crate::positive::Positive;
use crate::rows::{Meeting, repeat_rows, select_rows, sum_event};
use crate::special::{HALF_LOG_TAU, normal_cdf, normal_icdf};
use crate::{
    Cdf, DetachParams, Distribution, Entropy, Expand, Factorized, Icdf, KlDivergence, Mean, Mode,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `N(x; μ, σ²)` with independent dimensions, `[rows, event]`.
///
/// `log p(x) = Σ_d −½((x_d − μ_d)/σ_d)² − log σ_d − ½ log 2π`
///
/// The deviation may be shared by rows, by dimensions or by both (`[1, event]`, `[rows, 1]`,
/// `[1, 1]`); it is not repeated.
///
/// Source: Johnson, Kotz & Balakrishnan 1994, *Continuous Univariate Distributions* 1, chapter 13.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, KlDivergence, Normal};
///
/// let device = Device::flex();
/// let mean = Tensor::<2>::from_data([[1.0f32, -1.0]], &device);
/// let posterior = Normal::new(mean, Tensor::ones([1, 2], &device));
/// let prior = Normal::standard(1, 2, &device);
///
/// let log_density = prior.log_prob(&Tensor::zeros([1, 2], &device)).into_scalar::<f32>();
/// assert!((log_density + std::f32::consts::TAU.ln()).abs() < 1e-6);
/// assert_eq!(posterior.kl_divergence(&prior).into_scalar::<f32>(), 1.0); // ½|μ|²
/// ```
#[derive(Clone, Debug)]
pub struct Normal {
    mean: Tensor<2>,
    std: Positive,
}

impl Normal {
    /// From mean and standard deviation, which must be positive.
    ///
    /// # Panics
    /// If `std` does not broadcast to the shape of `mean`.
    pub fn new(mean: Tensor<2>, std: Tensor<2>) -> Self {
        Self::from_parts(mean, Positive::new(std))
    }

    /// From mean and `log σ`, any real numbers.
    ///
    /// # Panics
    /// If `log_std` does not broadcast to the shape of `mean`.
    pub fn from_log_std(mean: Tensor<2>, log_std: Tensor<2>) -> Self {
        Self::from_parts(mean, Positive::from_log(log_std))
    }

    /// From mean and `log σ²`, any real numbers: what an encoder gives (Kingma & Welling 2014,
    /// appendix C.2).
    ///
    /// # Panics
    /// If `log_variance` does not broadcast to the shape of `mean`.
    pub fn from_log_variance(mean: Tensor<2>, log_variance: Tensor<2>) -> Self {
        Self::from_log_std(mean, log_variance * 0.5)
    }

    /// `N(0, I)`. One row meets any batch.
    pub fn standard(rows: usize, dims: usize, device: &Device) -> Self {
        Self::from_parts(Tensor::zeros([rows, dims], device), Positive::one(device))
    }

    fn from_parts(mean: Tensor<2>, std: Positive) -> Self {
        let std = std.beside("a deviation", &mean, "a mean");
        Self { mean, std }
    }

    /// `μ`, `[rows, event]`.
    pub fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }

    /// `σ`, `[rows, event]`.
    pub fn std(&self) -> Tensor<2> {
        self.std.value_in(self.mean.dims())
    }

    /// `log σ²`, `[rows, event]`.
    pub fn log_variance(&self) -> Tensor<2> {
        self.std.log_in(self.mean.dims()) * 2.0
    }

    /// Standard normal draws in the shape, type and place of the mean, off the gradient graph.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        let device = self.mean.device().without_autodiff();
        rng.normal(self.mean.dims(), &device).cast(self.mean.dtype())
    }
}

impl Distribution for Normal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.mean.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.mean.clone().inner() + self.std.value().inner() * self.noise(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Reparameterized for Normal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.mean.clone() + self.std.value() * self.noise(rng)
    }

    /// With `x = μ + σε` the density needs no division: `−½ε² − log σ − ½ log 2π`. Its gradient is
    /// the total one, through the draw and through the parameters, in which all but `−∂ log σ`
    /// cancel.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let noise = self.noise(rng);
        let value = self.mean.clone() + self.std.value() * noise.clone();
        let log_prob = noise.square() * -0.5 - HALF_LOG_TAU - self.std.log();
        (value, sum_event(log_prob))
    }
}

impl Mean for Normal {
    fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }
}

impl Variance for Normal {
    /// `σ²`
    fn variance(&self) -> Tensor<2> {
        self.std().square()
    }
}

impl Mode for Normal {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.mean.clone()
    }
}

impl Cdf for Normal {
    /// `Φ((x − μ)/σ)`
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.mean.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        meeting.unfold(normal_cdf((fold(value) - fold(&self.mean)) / meeting.fold(self.std.value())))
    }
}

impl Icdf for Normal {
    /// `μ + σ Φ⁻¹(p)`
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.mean.dims(), probability.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let quantile = normal_icdf(fold(probability));
        meeting.unfold(fold(&self.mean) + meeting.fold(self.std.value()) * quantile)
    }
}

impl Entropy for Normal {
    /// `Σ_d log σ_d + ½ log 2πe`
    fn entropy(&self) -> Tensor<1> {
        sum_event(self.std.log_in(self.mean.dims()) + (HALF_LOG_TAU + 0.5))
    }
}

impl KlDivergence for Normal {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        sum_event(self.kl_per_dim(p))
    }
}

impl Factorized for Normal {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.mean.dims(), value.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let standardised = (fold(value) - fold(&self.mean)) / meeting.fold(self.std.value());
        meeting.unfold(standardised.square() * -0.5 - (meeting.fold(self.std.log()) + HALF_LOG_TAU))
    }

    /// `½(r² − 1 + ((μ_q − μ_p)/σ_p)²) − log r` with `r = σ_q/σ_p`.
    ///
    /// The ratio keeps the result at rounding error (1e-7) near equality and exactly 0 on itself,
    /// where a difference of variances would cancel.
    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        let meeting = Meeting::of(self.mean.dims(), p.mean.dims());
        let fold = |t: &Tensor<2>| meeting.fold(t.clone());
        let std = meeting.fold(p.std.value());
        let distance = (fold(&self.mean) - fold(&p.mean)) / std.clone();
        let ratio = meeting.fold(self.std.value()) / std;
        let log_ratio = meeting.fold(self.std.log()) - meeting.fold(p.std.log());
        meeting.unfold((ratio.square() - 1.0 + distance.square()) * 0.5 - log_ratio)
    }
}

impl DetachParams for Normal {
    fn detach_params(&self) -> Self {
        Self { mean: self.mean.clone().inner(), std: self.std.inner() }
    }
}

impl Expand for Normal {
    fn expand(&self, samples: usize) -> Self {
        let mean = repeat_rows(self.mean.clone(), self.rows(), samples);
        Self { mean, std: self.std.repeat(self.rows(), samples) }
    }
}

impl SelectRows for Normal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let mean = select_rows(self.mean.clone(), self.rows(), rows);
        Self { mean, std: self.std.select(self.rows(), rows) }
    }
}
