//! The normal distribution with a full covariance.

mod divergence;

use burn::tensor::{Int, Tensor};
use jensen_kernels::{cholesky, diagonal, solve_lower_transposed};

use crate::columns::repeat_to;
use crate::rows::{Meeting, expand, repeat_rows, select_rows, sum_event};
use crate::special::HALF_LOG_TAU;
use crate::triangular_factor::{TriangularFactor, check_square, diagonal_matrices, identity};
use crate::{
    DetachParams, Distribution, Entropy, Expand, Mean, Mode, Normal, Reparameterized, Rng, SelectRows,
    Variance,
};

/// `N(x; μ, Σ)` with `Σ = L Lᵀ`, mean `[rows, d]` and lower triangular factor `[rows, d, d]`.
///
/// `log p(x) = −½|L⁻¹(x − μ)|² − Σ_i log L_ii − ½ d log 2π`
///
/// The factor may be shared by all rows (`[1, d, d]`); it is not repeated, and its solves run side by side.
///
/// Source: Kotz, Balakrishnan & Johnson 2000, *Continuous Multivariate Distributions* 1, chapter 45.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, Entropy, MultivariateNormal};
///
/// let device = Device::flex();
/// let covariance = Tensor::<3>::from_data([[[4.0f32, 2.0], [2.0, 5.0]]], &device);
/// let family = MultivariateNormal::from_covariance(Tensor::zeros([1, 2], &device), covariance);
/// // |Σ| = 16: log p(0) = −½ log 16 − log 2π
/// let at_mean = family.log_prob(&Tensor::zeros([1, 2], &device)).into_scalar::<f32>();
/// assert!((at_mean + 4f32.ln() + std::f32::consts::TAU.ln()).abs() < 1e-6);
/// assert!((family.entropy().into_scalar::<f32>() - 1.0 + at_mean).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct MultivariateNormal {
    mean: Tensor<2>,
    factor: TriangularFactor,
}

impl MultivariateNormal {
    /// From mean and factor `L`, of which the lower triangle is read; its diagonal must be positive.
    ///
    /// # Panics
    /// If the factor is not square or does not fit the mean.
    pub fn new(mean: Tensor<2>, factor: Tensor<3>) -> Self {
        check_square("a factor", &factor, &mean, "a mean");
        Self { mean, factor: TriangularFactor::new(factor) }
    }

    /// From mean and covariance, `[rows, d, d]` or `[1, d, d]`. A row whose covariance is not positive
    /// definite has densities and draws that are no numbers.
    ///
    /// # Panics
    /// If the covariance is not square or does not fit the mean.
    pub fn from_covariance(mean: Tensor<2>, covariance: Tensor<3>) -> Self {
        check_square("a covariance", &covariance, &mean, "a mean");
        Self { mean, factor: TriangularFactor::new(cholesky(covariance)) }
    }

    /// From mean and precision `Σ⁻¹`, `[rows, d, d]` or `[1, d, d]`, which is never inverted: with the order
    /// of dimensions reversed, `R Rᵀ = Σ⁻¹`, and `L` is `R⁻ᵀ` reversed back.
    ///
    /// # Panics
    /// If the precision is not square or does not fit the mean.
    pub fn from_precision(mean: Tensor<2>, precision: Tensor<3>) -> Self {
        check_square("a precision", &precision, &mean, "a mean");
        let reversed = cholesky(precision.flip([1, 2]));
        let log_diagonal = diagonal(reversed.clone()).log().neg().flip([1]);
        let one = identity(&reversed).expand(reversed.dims());
        let factor = solve_lower_transposed(reversed, one).flip([1, 2]);
        Self { mean, factor: TriangularFactor::from_parts(factor, log_diagonal) }
    }

    /// From mean and any real numbers, `[rows, d, d]` or `[1, d, d]`: those below the diagonal are the
    /// factor's own, those on it become positive by a softplus. What a net can give.
    ///
    /// # Panics
    /// If the matrices are not square or do not fit the mean.
    pub fn from_unconstrained(mean: Tensor<2>, matrices: Tensor<3>) -> Self {
        check_square("an unconstrained factor", &matrices, &mean, "a mean");
        Self { mean, factor: TriangularFactor::from_unconstrained(matrices) }
    }

    /// The same distribution as one with independent dimensions.
    pub fn from_normal(normal: &Normal) -> Self {
        let (factor, log_diagonal) = (diagonal_matrices(normal.std()), normal.log_variance() * 0.5);
        Self { mean: normal.mean(), factor: TriangularFactor::from_parts(factor, log_diagonal) }
    }

    /// `μ`, `[rows, d]`.
    pub fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }

    /// `L`, `[rows, d, d]`, or `[1, d, d]` if shared.
    pub fn factor(&self) -> Tensor<3> {
        self.factor.matrices()
    }

    /// `Σ = L Lᵀ`, `[rows, d, d]`, or `[1, d, d]` if shared.
    pub fn covariance(&self) -> Tensor<3> {
        self.factor().matmul(self.factor().transpose())
    }

    /// `½ log |Σ| = Σ_i log L_ii` of each factor.
    pub(crate) fn half_log_det(&self) -> Tensor<1> {
        self.factor.log_det()
    }

    /// `Σ_i log L_ii + ½ d log 2π` of `rows` rows.
    fn log_normaliser(&self, rows: usize) -> Tensor<1> {
        let d = self.mean.dims()[1] as f64;
        repeat_to(self.half_log_det() + d * HALF_LOG_TAU, rows)
    }

    /// Standard normal draws in the shape, type and place of the mean, off the gradient graph.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        let device = self.mean.device().without_autodiff();
        rng.normal(self.mean.dims(), &device).cast(self.mean.dtype())
    }
}

impl Distribution for MultivariateNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.mean.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.detach_params().rsample(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.mean.dims(), value.dims());
        let distance = meeting.unfold(meeting.fold(value.clone()) - meeting.fold(self.mean.clone()));
        let rows = distance.dims()[0];
        sum_event(self.factor.solve(distance).square()) * -0.5 - self.log_normaliser(rows)
    }
}

impl Reparameterized for MultivariateNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.mean.clone() + self.factor.multiply(self.noise(rng))
    }

    /// With `x = μ + Lε` the density needs no solve: `−½|ε|² − Σ_i log L_ii − ½ d log 2π`.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let noise = self.noise(rng);
        let log_prob = sum_event(noise.clone().square()) * -0.5 - self.log_normaliser(self.rows());
        (self.mean.clone() + self.factor.multiply(noise), log_prob)
    }
}

impl Mean for MultivariateNormal {
    fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }
}

impl Variance for MultivariateNormal {
    /// The diagonal of `Σ`: `Σ_j L_ij²`.
    fn variance(&self) -> Tensor<2> {
        expand(self.factor().square().sum_dim(2).squeeze_dim(2), self.mean.dims())
    }
}

impl Mode for MultivariateNormal {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.mean.clone()
    }
}

impl Entropy for MultivariateNormal {
    /// `Σ_i log L_ii + ½ d log 2πe`
    fn entropy(&self) -> Tensor<1> {
        self.log_normaliser(self.rows()) + 0.5 * self.mean.dims()[1] as f64
    }
}

impl DetachParams for MultivariateNormal {
    fn detach_params(&self) -> Self {
        Self { mean: self.mean.clone().inner(), factor: self.factor.inner() }
    }
}

impl Expand for MultivariateNormal {
    fn expand(&self, samples: usize) -> Self {
        let mean = repeat_rows(self.mean.clone(), self.rows(), samples);
        Self { mean, factor: self.factor.repeat(self.rows(), samples) }
    }
}

impl SelectRows for MultivariateNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let mean = select_rows(self.mean.clone(), self.rows(), rows);
        Self { mean, factor: self.factor.select(self.rows(), rows) }
    }
}
