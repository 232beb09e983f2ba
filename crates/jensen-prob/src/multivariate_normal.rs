//! The normal distribution with a full covariance.

mod divergence;

use burn::tensor::{Tensor, TensorData};
use jensen_kernels::{cholesky, diagonal, softplus, solve_lower, solve_lower_transposed};

use crate::columns::{check_matrices, columns_of, repeat_matrices, repeat_to, rows_of};
use crate::normal::HALF_LOG_TAU;
use crate::rows::{Meeting, expand, repeat_rows, sum_event};
use crate::{
    DetachParams, Distribution, Entropy, Expand, Mean, Mode, Normal, Reparameterized, Rng, Variance,
};

/// `N(x; μ, Σ)` with `Σ = L Lᵀ`, mean `[rows, d]` and lower triangular factor `[rows, d, d]`.
///
/// `log p(x) = −½|L⁻¹(x − μ)|² − Σ_i log L_ii − ½ d log 2π`
///
/// The factor may be shared by all rows (`[1, d, d]`); it is not repeated, and its solves run side by side.
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
    factor: Tensor<3>,
    /// `log L_ii`, as exact as what it was made from.
    log_diagonal: Tensor<2>,
}

impl MultivariateNormal {
    /// From mean and factor `L`, of which the lower triangle is read; its diagonal must be positive.
    ///
    /// # Panics
    /// If the factor is not square or does not fit the mean.
    pub fn new(mean: Tensor<2>, factor: Tensor<3>) -> Self {
        check_square("a factor", &factor, &mean);
        let log_diagonal = diagonal(factor.clone()).log();
        Self { mean, factor: factor.tril(0), log_diagonal }
    }

    /// From mean and covariance, `[rows, d, d]` or `[1, d, d]`. A row whose covariance is not positive
    /// definite has densities and draws that are no numbers.
    ///
    /// # Panics
    /// If the covariance is not square or does not fit the mean.
    pub fn from_covariance(mean: Tensor<2>, covariance: Tensor<3>) -> Self {
        check_square("a covariance", &covariance, &mean);
        Self::new(mean, cholesky(covariance))
    }

    /// From mean and precision `Σ⁻¹`, `[rows, d, d]` or `[1, d, d]`, which is never inverted: with the order
    /// of dimensions reversed, `R Rᵀ = Σ⁻¹`, and `L` is `R⁻ᵀ` reversed back.
    ///
    /// # Panics
    /// If the precision is not square or does not fit the mean.
    pub fn from_precision(mean: Tensor<2>, precision: Tensor<3>) -> Self {
        check_square("a precision", &precision, &mean);
        let reversed = cholesky(precision.flip([1, 2]));
        let log_diagonal = diagonal(reversed.clone()).log().neg().flip([1]);
        let one = identity(&reversed).expand(reversed.dims());
        let factor = solve_lower_transposed(reversed, one).flip([1, 2]);
        Self { mean, factor, log_diagonal }
    }

    /// From mean and any real numbers, `[rows, d, d]` or `[1, d, d]`: those below the diagonal are the
    /// factor's own, those on it become positive by a softplus. What a net can give.
    ///
    /// # Panics
    /// If the matrices are not square or do not fit the mean.
    pub fn from_unconstrained(mean: Tensor<2>, matrices: Tensor<3>) -> Self {
        check_square("an unconstrained factor", &matrices, &mean);
        let on_diagonal = softplus(diagonal(matrices.clone()));
        let factor = matrices.tril(-1) + diagonal_matrices(on_diagonal.clone());
        Self { mean, factor, log_diagonal: on_diagonal.log() }
    }

    /// The same distribution as one with independent dimensions.
    pub fn from_normal(normal: &Normal) -> Self {
        let factor = diagonal_matrices(normal.std());
        Self { mean: normal.mean(), factor, log_diagonal: normal.log_variance() * 0.5 }
    }

    /// `μ`, `[rows, d]`.
    pub fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }

    /// `L`, `[rows, d, d]`, or `[1, d, d]` if shared.
    pub fn factor(&self) -> Tensor<3> {
        self.factor.clone()
    }

    /// `Σ = L Lᵀ`, `[rows, d, d]`, or `[1, d, d]` if shared.
    pub fn covariance(&self) -> Tensor<3> {
        self.factor.clone().matmul(self.factor.clone().transpose())
    }

    /// How many factors there are: one for each row or one for all.
    fn factors(&self) -> usize {
        self.factor.dims()[0]
    }

    /// `−Σ_i log L_ii − ½ d log 2π`, for each factor.
    fn log_normaliser(&self) -> Tensor<1> {
        sum_event(self.log_diagonal.clone() + HALF_LOG_TAU).neg()
    }

    /// `L⁻¹` of sample-major rows.
    fn whiten(&self, rows: Tensor<2>) -> Tensor<2> {
        rows_of(solve_lower(self.factor.clone(), columns_of(rows, self.factors())))
    }

    /// Standard normal draws in the shape, type and place of the mean, off the gradient graph.
    fn noise(&self, rng: &Rng) -> Tensor<2> {
        let device = self.mean.device().without_autodiff();
        rng.normal(self.mean.dims(), &device).cast(self.mean.dtype())
    }

    /// `μ + L ε`
    fn from_noise(&self, noise: Tensor<2>) -> Tensor<2> {
        let scaled = self.factor.clone().matmul(columns_of(noise, self.factors()));
        self.mean.clone() + rows_of(scaled)
    }
}

fn check_square(name: &str, matrices: &Tensor<3>, mean: &Tensor<2>) {
    check_matrices(name, matrices, mean);
    let [count, height, width] = matrices.dims();
    assert_eq!(height, width, "{name} of shape [{count}, {height}, {width}] is not square");
}

/// `[1, d, d]` in the type and place of `[…, d, …]` matrices, off the gradient graph.
fn identity(like: &Tensor<3>) -> Tensor<3> {
    let d = like.dims()[1];
    let mut numbers = vec![0.0f32; d * d];
    numbers.iter_mut().step_by(d + 1).for_each(|number| *number = 1.0);
    let device = like.device().without_autodiff();
    Tensor::<3>::from_data(TensorData::new(numbers, [1, d, d]), &device).cast(like.dtype())
}

/// `[count, d]` as the diagonals of `[count, d, d]`.
fn diagonal_matrices(diagonals: Tensor<2>) -> Tensor<3> {
    let columns: Tensor<3> = diagonals.unsqueeze_dim(2);
    let one = identity(&columns);
    columns * one
}

impl Distribution for MultivariateNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.mean.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.detach_params().from_noise(self.noise(rng))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.mean.dims(), value.dims());
        let distance = meeting.unfold(meeting.fold(value.clone()) - meeting.fold(self.mean.clone()));
        let rows = distance.dims()[0];
        sum_event(self.whiten(distance).square()) * -0.5 + repeat_to(self.log_normaliser(), rows)
    }
}

impl Reparameterized for MultivariateNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.from_noise(self.noise(rng))
    }

    /// With `x = μ + Lε` the density needs no solve: `−½|ε|² − Σ_i log L_ii − ½ d log 2π`.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let noise = self.noise(rng);
        let log_prob =
            sum_event(noise.clone().square()) * -0.5 + repeat_to(self.log_normaliser(), self.rows());
        (self.from_noise(noise), log_prob)
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
        expand(self.factor.clone().square().sum_dim(2).squeeze_dim(2), self.mean.dims())
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
        repeat_to(sum_event(self.log_diagonal.clone() + (HALF_LOG_TAU + 0.5)), self.rows())
    }
}

impl DetachParams for MultivariateNormal {
    fn detach_params(&self) -> Self {
        let [mean, log_diagonal] = [&self.mean, &self.log_diagonal].map(|t| t.clone().inner());
        Self { mean, factor: self.factor.clone().inner(), log_diagonal }
    }
}

impl Expand for MultivariateNormal {
    fn expand(&self, samples: usize) -> Self {
        let factors = if self.factors() == self.rows() { samples * self.factors() } else { 1 };
        Self {
            mean: repeat_rows(self.mean.clone(), self.rows(), samples),
            factor: repeat_matrices(self.factor.clone(), factors),
            log_diagonal: repeat_rows(self.log_diagonal.clone(), self.rows(), samples),
        }
    }
}
