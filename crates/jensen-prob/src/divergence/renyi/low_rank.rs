//! The Rényi divergence of normal distributions with a covariance of low rank.

use burn::tensor::Tensor;
use jensen_kernels::{cholesky, diagonal, log_det_from_cholesky, solve_lower, solve_lower_transposed};

use super::blend::VarianceBetween;
use super::distance_from_one;
use super::full_covariance::factor_beside_identity;
use crate::rows::{meet_rows, one_hot, sum_event};
use crate::triangular_factor::{diagonal_matrices, identity};
use crate::{Distribution, KlDivergence, LowRankNormal, MultivariateNormal, Normal, RenyiDivergence};

impl RenyiDivergence for LowRankNormal {
    /// `½ (α δᵀ Σ_*⁻¹ δ + log(|Σ_*|/|Σ_p|)/ε + log(|Σ_p|/|Σ_q|))` with `Σ_* = α Σ_p + ε Σ_q`, finite where that is positive
    /// definite (Gil, Alajaji & Linder 2013), at a cost of `d (rank_q + rank_p)²`.
    ///
    /// In units of `σ_p`, with `r = σ_q/σ_p`, `V = W_p/σ_p` and `G = W_q/σ_p`, it is `B + ε G Gᵀ` of `B = diag(α + ε r²) +
    /// α V Vᵀ`. Above order 1 the widest `rank_p` dimensions of `diag(r²)` are moved into `G`: if `B` is not positive definite
    /// then, `Σ_*` is not either. Near equality exact to the rounding of `d`.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let (rows, _) = meet_rows(self.rows(), p.rows());
        let (q, p) = (self.spelled_out(rows), p.spelled_out(rows));
        let (of_q, of_p) = (q.diagonal(), p.diagonal());
        let (std, distance) = (of_p.std(), of_q.mean() - of_p.mean());
        let ratio = of_q.std() / std.clone();
        let mut columns = vec![(distance / std.clone()).unsqueeze_dim(2)];
        columns.push(q.factor() / std.unsqueeze_dim(2));
        let mut kept = ratio.clone();
        if epsilon < 0.0 {
            let (rest, moved) = without_widest(ratio, p.factor().dims()[2]);
            columns.extend(moved);
            kept = rest;
        }
        let variance = VarianceBetween::of(kept.clone(), epsilon);

        let base = Base::of(&p, variance.value.clone(), alpha);
        let columns = base.whiten(Tensor::cat(columns, 2));
        let width = columns.dims()[2] - 1;
        let (distance, along) = (columns.clone().narrow(2, 0, 1), columns.narrow(2, 1, width));
        // I + ε H, H = Gᵀ B⁻¹ G, and a = (I + ε H)⁻¹ Gᵀ B⁻¹ δ.
        let (steps, is_indefinite) =
            factor_beside_identity(along.clone().transpose().matmul(along.clone()), epsilon);
        let on_diagonal = diagonal(steps.clone()) * epsilon;
        let factor = steps.tril(-1) * epsilon + diagonal_matrices(on_diagonal.clone() + 1.0);
        let product = along.clone().transpose().matmul(distance.clone());
        let half = solve_lower(factor.clone(), product);
        let of_event = |columns: Tensor<3>| columns.square().sum_dim(1).reshape([rows]);
        // The form that is a sum of squares.
        let square = if epsilon > 0.0 {
            let a = solve_lower_transposed(factor, half);
            of_event(distance - along.matmul(a.clone()) * epsilon) + of_event(a) * epsilon
        } else {
            of_event(distance) - of_event(half) * epsilon
        };

        let kept = kept / variance.value.sqrt();
        let spread = sum_event(variance.log_by_epsilon + (of_p.log_variance() - of_q.log_variance()))
            + sum_event(on_diagonal.log1p()) * (2.0 / epsilon)
            + base.log_det_by_epsilon(&p, kept, epsilon)
            + (log_det_from_cholesky(p.capacitance()) - log_det_from_cholesky(q.capacitance()));
        let outside = variance.is_outside.any_dim(1).reshape([rows]).bool_or(is_indefinite);
        ((square * alpha + spread) * 0.5).mask_fill(outside, f32::INFINITY)
    }
}

/// Numbers without the largest of each row, which become 0, and those as columns `[rows, d, 1]` with one number each.
fn without_widest(ratio: Tensor<2>, count: usize) -> (Tensor<2>, Vec<Tensor<3>>) {
    let (mut rest, mut columns) = (ratio.clone(), Vec::new());
    for _ in 0..count.min(ratio.dims()[1]) {
        let at = one_hot(rest.clone().inner().argmax(1), &ratio);
        columns.push((rest.clone() * at.clone()).unsqueeze_dim(2));
        rest = rest.mask_fill(at.greater_elem(0.5), 0.0);
    }
    (rest, columns)
}

/// `B = diag(v) + α V Vᵀ` with positive `v`.
struct Base {
    root: Tensor<2>,
    /// `√α diag(v)^{−½} V`
    factor: Tensor<3>,
    /// The Cholesky factor of `N = I + α Vᵀ diag(v)⁻¹ V`.
    capacitance: Tensor<3>,
}

impl Base {
    fn of(p: &LowRankNormal, variance: Tensor<2>, alpha: f64) -> Self {
        let root = variance.sqrt();
        let factor = p.whitened() / root.clone().unsqueeze_dim(2) * alpha.sqrt();
        let product = factor.clone().transpose().matmul(factor.clone());
        let capacitance = cholesky(product.clone() + identity(&product));
        Self { root, factor, capacitance }
    }

    /// Columns `[rows, d, k]` with the products `xᵀ B⁻¹ y`, `[rows, d + rank, k]`: `y − M a` above `a = N⁻¹ Mᵀ y` of
    /// `y = diag(v)^{−½} x` and the factor `M`.
    fn whiten(&self, columns: Tensor<3>) -> Tensor<3> {
        let columns = columns / self.root.clone().unsqueeze_dim(2);
        let along = self.factor.clone().transpose().matmul(columns.clone());
        let along = solve_lower(self.capacitance.clone(), along);
        let along = solve_lower_transposed(self.capacitance.clone(), along);
        Tensor::cat(vec![columns - self.factor.clone().matmul(along.clone()), along], 1)
    }

    /// `log(|N|/|C_p|)/ε`, of `N = C_p − ε Vᵀ diag(s²) V` with the shares `s² = r²/v`.
    fn log_det_by_epsilon(&self, p: &LowRankNormal, shares: Tensor<2>, epsilon: f64) -> Tensor<1> {
        const SMALL: f64 = 0.5;
        let rows = shares.dims()[0];
        let shares = solve_lower(p.capacitance(), (p.whitened() * shares.unsqueeze_dim(2)).transpose());
        let is_large = (shares.clone().square().sum_dim(2).sum_dim(1) * epsilon.abs()).greater_elem(SMALL);
        let small = shares.clone().mask_fill(is_large.clone().expand(shares.dims()), 0.0);
        let (steps, _) = factor_beside_identity(small.clone().matmul(small.transpose()).neg(), epsilon);
        let near = sum_event((diagonal(steps) * epsilon).log1p()) * 2.0;
        let far = log_det_from_cholesky(self.capacitance.clone()) - log_det_from_cholesky(p.capacitance());
        near.mask_where(is_large.reshape([rows]), far) / epsilon
    }
}

/// As between two of low rank.
impl RenyiDivergence<Normal> for LowRankNormal {
    fn renyi_divergence(&self, p: &Normal, alpha: f64) -> Tensor<1> {
        self.renyi_divergence(&Self::from_normal(p), alpha)
    }
}

/// As between two of low rank.
impl RenyiDivergence<LowRankNormal> for Normal {
    fn renyi_divergence(&self, p: &LowRankNormal, alpha: f64) -> Tensor<1> {
        LowRankNormal::from_normal(self).renyi_divergence(p, alpha)
    }
}

/// As between two full covariances, at a cost of `d³`.
impl RenyiDivergence<MultivariateNormal> for LowRankNormal {
    fn renyi_divergence(&self, p: &MultivariateNormal, alpha: f64) -> Tensor<1> {
        self.to_full().renyi_divergence(p, alpha)
    }
}

/// As between two full covariances, at a cost of `d³`.
impl RenyiDivergence<LowRankNormal> for MultivariateNormal {
    fn renyi_divergence(&self, p: &LowRankNormal, alpha: f64) -> Tensor<1> {
        self.renyi_divergence(&p.to_full(), alpha)
    }
}
