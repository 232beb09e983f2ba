//! The normal distribution with a covariance of low rank beside its diagonal.

use burn::tensor::{Int, Tensor};
use jensen_kernels::{cholesky, log_det_from_cholesky, solve_lower, solve_lower_transposed};

use crate::columns::{check_matrices, columns_of, repeat_matrices, repeat_to, rows_of};
use crate::rows::{Meeting, meet_rows, sum_event};
use crate::special::HALF_LOG_TAU;
use crate::triangular_factor::diagonal_matrices;
use crate::{
    DetachParams, Distribution, Entropy, Expand, KlDivergence, Mean, Mode, MultivariateNormal, Normal,
    Reparameterized, Rng, SelectRows, Variance,
};

/// `N(x; μ, Σ)` with `Σ = diag(σ²) + W Wᵀ`, mean and deviation `[rows, d]` and factor `[rows, d, rank]`:
/// a few directions of correlation at a cost of `d·rank²`.
///
/// With `V = diag(σ)⁻¹ W` and the capacitance `C = I + Vᵀ V`, `[rank, rank]`, determinant and inverse follow
/// from Woodbury's identity: `|Σ| = |C| Π_i σ_i²` and `Σ⁻¹ = diag(σ)⁻¹ (I − V C⁻¹ Vᵀ) diag(σ)⁻¹`.
///
/// The deviation may be shared as that of [`Normal`], the factor by all rows (`[1, d, rank]`).
///
/// Source: Bishop 2006, *Pattern Recognition and Machine Learning*, §12.2.4: the marginal of factor analysis.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{LowRankNormal, Normal, Variance};
///
/// let device = Device::flex();
/// let diagonal = Normal::standard(1, 2, &device);
/// let factor = Tensor::<3>::from_data([[[2.0f32], [1.0]]], &device);
/// let variance = LowRankNormal::new(diagonal, factor).variance().into_data();
/// assert_eq!(variance.as_slice::<f32>().unwrap(), [5.0, 2.0]);
/// ```
#[derive(Clone, Debug)]
pub struct LowRankNormal {
    /// `N(μ, diag(σ²))`
    diagonal: Normal,
    factor: Tensor<3>,
    /// `V` of each row.
    whitened: Tensor<3>,
    /// The Cholesky factor of `C` of each row.
    capacitance: Tensor<3>,
}

impl LowRankNormal {
    /// From `N(μ, diag(σ²))` and `W`.
    ///
    /// # Panics
    /// If the factor does not fit the mean.
    pub fn new(diagonal: Normal, factor: Tensor<3>) -> Self {
        check_matrices("a factor", &factor, "a mean", &diagonal.mean());
        let std: Tensor<3> = diagonal.std().unsqueeze_dim(2);
        let whitened = factor.clone() / std;
        let product = whitened.clone().transpose().matmul(whitened.clone());
        let rank = product.dims()[1];
        let one = Tensor::<2>::eye(rank, &product.device().without_autodiff()).cast(product.dtype());
        let capacitance = cholesky(product + one.unsqueeze());
        Self { diagonal, factor, whitened, capacitance }
    }

    /// A normal distribution with independent dimensions, whose factor is a column of zeros.
    pub(crate) fn from_normal(normal: &Normal) -> Self {
        let mean = normal.mean().inner();
        let [_, d] = mean.dims();
        Self::new(normal.clone(), mean.narrow(0, 0, 1).zeros_like().reshape([1, d, 1]))
    }

    /// `N(μ, diag(σ²))`
    pub fn diagonal(&self) -> Normal {
        self.diagonal.clone()
    }

    /// `W`, `[rows, d, rank]`, or `[1, d, rank]` if shared.
    pub fn factor(&self) -> Tensor<3> {
        self.factor.clone()
    }

    /// The same distribution with its covariance written out, at a cost of `d³`.
    pub fn to_full(&self) -> MultivariateNormal {
        let diagonal = MultivariateNormal::from_normal(&self.diagonal).covariance();
        let covariance = diagonal + self.factor.clone().matmul(self.factor.clone().transpose());
        MultivariateNormal::from_covariance(self.diagonal.mean(), covariance)
    }

    /// `V` of each row, `[rows, d, rank]`.
    pub(crate) fn whitened(&self) -> Tensor<3> {
        self.whitened.clone()
    }

    /// The Cholesky factor of `C` of each row, `[rows, rank, rank]`.
    pub(crate) fn capacitance(&self) -> Tensor<3> {
        self.capacitance.clone()
    }

    /// `½ log |Σ|` of each row.
    fn half_log_det(&self) -> Tensor<1> {
        let of_diagonal = sum_event(self.diagonal.log_variance() * 0.5);
        of_diagonal + log_det_from_cholesky(self.capacitance.clone()) * 0.5
    }

    /// `yᵀ (I − V C⁻¹ Vᵀ) y` for columns `y` `[rows, d, k]`, `[rows, k]`.
    ///
    /// As `|y − V a|² + |a|²` with `a = C⁻¹ Vᵀ y`: no difference of squares, which cancels where a column
    /// lies along a long axis.
    fn square_of(&self, columns: Tensor<3>) -> Tensor<2> {
        let along = self.whitened.clone().transpose().matmul(columns.clone());
        let along = solve_lower(self.capacitance.clone(), along);
        let along = solve_lower_transposed(self.capacitance.clone(), along);
        let rest = columns - self.whitened.clone().matmul(along.clone());
        (rest.square().sum_dim(1) + along.square().sum_dim(1)).squeeze_dim(1)
    }

    /// `(x − μ)ᵀ Σ⁻¹ (x − μ)`
    fn square_distance(&self, value: &Tensor<2>) -> Tensor<1> {
        let (mean, rows) = (self.diagonal.mean(), self.rows());
        let meeting = Meeting::of(mean.dims(), value.dims());
        let distance = meeting.fold(value.clone()) - meeting.fold(mean);
        let distance = meeting.unfold(distance / meeting.fold(self.diagonal.std()));
        let count = distance.dims()[0];
        self.square_of(columns_of(distance, rows)).transpose().reshape([count])
    }

    /// For `rows` rows, a multiple of its own.
    pub(crate) fn spelled_out(&self, rows: usize) -> Self {
        if rows == self.rows() { self.clone() } else { self.expand(rows / self.rows()) }
    }

    /// `μ + σ ε + W ε′`
    fn draw(&self, rng: &Rng) -> Tensor<2> {
        let mean = self.diagonal.mean();
        let ([rows, d], [factors, _, rank]) = (mean.dims(), self.factor.dims());
        let device = mean.device().without_autodiff();
        let noise = |purpose, width| rng.fork(purpose).normal([rows, width], &device).cast(mean.dtype());
        let along = self.factor.clone().matmul(columns_of(noise("factor", rank), factors));
        mean.clone() + self.diagonal.std() * noise("diagonal", d) + rows_of(along)
    }
}

impl Distribution for LowRankNormal {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.diagonal.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.detach_params().draw(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let d = self.factor.dims()[1] as f64;
        let square = self.square_distance(value);
        let rows = square.dims()[0];
        square * -0.5 - repeat_to(self.half_log_det() + d * HALF_LOG_TAU, rows)
    }
}

impl Reparameterized for LowRankNormal {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.draw(rng)
    }
}

impl Mean for LowRankNormal {
    /// `μ`
    fn mean(&self) -> Tensor<2> {
        self.diagonal.mean()
    }
}

impl Variance for LowRankNormal {
    /// The diagonal of `Σ`: `σ_i² + Σ_j W_ij²`.
    fn variance(&self) -> Tensor<2> {
        let along: Tensor<2> = self.factor.clone().square().sum_dim(2).squeeze_dim(2);
        self.diagonal.variance() + along
    }
}

impl Mode for LowRankNormal {
    /// `μ`
    fn mode(&self) -> Tensor<2> {
        self.diagonal.mean()
    }
}

impl Entropy for LowRankNormal {
    /// `½ log |Σ| + ½ d log 2πe`
    fn entropy(&self) -> Tensor<1> {
        let d = self.factor.dims()[1] as f64;
        self.half_log_det() + d * (HALF_LOG_TAU + 0.5)
    }
}

impl KlDivergence for LowRankNormal {
    /// `½(tr Σ_p⁻¹Σ_q − d + (μ_q − μ_p)ᵀ Σ_p⁻¹ (μ_q − μ_p) + log |Σ_p| − log |Σ_q|)`, the trace from the
    /// columns of `W_q` and from the diagonal of `Σ_p⁻¹`. Near equality exact to the rounding of `d`.
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let (rows, _) = meet_rows(self.rows(), p.rows());
        let (q, p) = (self.spelled_out(rows), p.spelled_out(rows));
        let d = q.factor.dims()[1] as f64;
        let std: Tensor<3> = p.diagonal.std().unsqueeze_dim(2);
        let along = sum_event(p.square_of(q.factor.clone() / std));
        let shares = solve_lower(p.capacitance.clone(), p.whitened.clone().transpose());
        let kept: Tensor<2> = shares.square().sum_dim(1).neg().squeeze_dim(1) + 1.0;
        let ratio = q.diagonal.std() / p.diagonal.std();
        let trace = along + sum_event(kept * ratio.square());
        let square = p.square_distance(&q.diagonal.mean());
        (trace - d + square) * 0.5 + p.half_log_det() - q.half_log_det()
    }
}

/// To one with independent dimensions, whose covariance has rank 0 beside its diagonal.
impl KlDivergence<Normal> for LowRankNormal {
    /// `½ Σ_i (σ_q² + |W_i|²)/σ_p² − 1 + (μ_q − μ_p)²/σ_p² + log σ_p²/σ_q²`, less `½ log |C|`.
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let of_diagonal = self.diagonal.kl_divergence(p);
        let rows = of_diagonal.dims()[0];
        let meeting = Meeting::of(self.diagonal.mean().dims(), p.mean().dims());
        let along: Tensor<2> = self.factor.clone().square().sum_dim(2).squeeze_dim(2);
        let along = sum_event(meeting.unfold(meeting.fold(along) / meeting.fold(p.std().square())));
        let narrowing = log_det_from_cholesky(self.capacitance.clone()) * 0.5;
        of_diagonal + along * 0.5 - repeat_to(narrowing, rows)
    }
}

impl KlDivergence<LowRankNormal> for Normal {
    fn kl_divergence(&self, p: &LowRankNormal) -> Tensor<1> {
        LowRankNormal::from_normal(self).kl_divergence(p)
    }
}

impl KlDivergence<MultivariateNormal> for LowRankNormal {
    /// `½(|L_p⁻¹ W_q|² + |L_p⁻¹ diag(σ_q)|² − d + |L_p⁻¹(μ_q − μ_p)|² + log |Σ_p| − log |Σ_q|)`, at a cost of
    /// `d³`. Near equality exact to the rounding of `d`.
    fn kl_divergence(&self, p: &MultivariateNormal) -> Tensor<1> {
        let (rows, _) = meet_rows(self.rows(), p.rows());
        let q = self.spelled_out(rows);
        let d = q.factor.dims()[1] as f64;
        let factors = repeat_matrices(p.factor(), rows);
        let columns =
            Tensor::cat(vec![diagonal_matrices(q.diagonal.std()), repeat_matrices(q.factor(), rows)], 2);
        let trace = solve_lower(factors.clone(), columns).square().sum_dim(2).sum_dim(1).reshape([rows]);
        let meeting = Meeting::of(self.diagonal.mean().dims(), p.mean().dims());
        let distance = meeting.unfold(meeting.fold(self.diagonal.mean()) - meeting.fold(p.mean()));
        let square = sum_event(rows_of(solve_lower(factors, columns_of(distance, rows))).square());
        (trace - d + square) * 0.5 + repeat_to(p.half_log_det(), rows) - q.half_log_det()
    }
}

impl KlDivergence<LowRankNormal> for MultivariateNormal {
    /// `½(tr Σ_p⁻¹Σ_q − d + (μ_q − μ_p)ᵀ Σ_p⁻¹ (μ_q − μ_p) + log |Σ_p| − log |Σ_q|)`, the trace from the
    /// columns of `L_q`. Near equality exact to the rounding of `d`.
    fn kl_divergence(&self, p: &LowRankNormal) -> Tensor<1> {
        let (rows, _) = meet_rows(self.rows(), p.rows());
        let p = p.spelled_out(rows);
        let d = p.factor.dims()[1] as f64;
        let std: Tensor<3> = p.diagonal.std().unsqueeze_dim(2);
        let trace = sum_event(p.square_of(repeat_matrices(self.factor(), rows) / std));
        let square = p.square_distance(&self.mean());
        (trace - d + square) * 0.5 + p.half_log_det() - repeat_to(self.half_log_det(), rows)
    }
}

impl DetachParams for LowRankNormal {
    fn detach_params(&self) -> Self {
        let [factor, whitened, capacitance] =
            [&self.factor, &self.whitened, &self.capacitance].map(|t| t.clone().inner());
        Self { diagonal: self.diagonal.detach_params(), factor, whitened, capacitance }
    }
}

impl Expand for LowRankNormal {
    fn expand(&self, samples: usize) -> Self {
        let rows = samples * self.rows();
        let shared = self.factor.dims()[0] != self.rows();
        let repeat = |matrices: &Tensor<3>| repeat_matrices(matrices.clone(), rows);
        Self {
            diagonal: self.diagonal.expand(samples),
            factor: if shared { self.factor.clone() } else { repeat(&self.factor) },
            whitened: repeat(&self.whitened),
            capacitance: repeat(&self.capacitance),
        }
    }
}

impl SelectRows for LowRankNormal {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let shared = self.factor.dims()[0] != self.rows();
        let select = |matrices: &Tensor<3>| matrices.clone().select(0, rows.clone());
        Self {
            diagonal: self.diagonal.select_rows(rows),
            factor: if shared { self.factor.clone() } else { select(&self.factor) },
            whitened: select(&self.whitened),
            capacitance: select(&self.capacitance),
        }
    }
}
