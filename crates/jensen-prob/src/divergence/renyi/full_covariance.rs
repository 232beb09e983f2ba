//! The Rényi divergence of normal distributions with a full covariance.

use burn::tensor::{Bool, Tensor};
use jensen_kernels::{diagonal, solve_lower};

use super::distance_from_one;
use crate::columns::{columns_of, repeat_matrices, repeat_to, rows_of};
use crate::rows::{Meeting, meet_rows, sum_event};
use crate::triangular_factor::diagonal_matrices;
use crate::{KlDivergence, MultivariateNormal, Normal, RenyiDivergence};

impl RenyiDivergence for MultivariateNormal {
    /// In units in which `Σ_p` is the identity, with `Σ_q = I + E` and `V = α I + ε Σ_q = I + εE` as
    /// `½ (α δᵀ V⁻¹ δ + log|V|/ε − log|Σ_q|)`, finite where `V` is positive definite (Gil, Alajaji & Linder
    /// 2013). From the factor `V = (I + εK)(I + εK)ᵀ`, whose `K` does not take a difference of numbers near
    /// 1: orders near 1 keep their digits. At a cost of `d` steps.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let (factors, _) = meet_rows(self.factor().dims()[0], p.factor().dims()[0]);
        let of_factors = |d: &Self| repeat_matrices(d.factor(), factors);
        let relative = solve_lower(of_factors(p), of_factors(self));
        let ratio = diagonal(of_factors(self)) / diagonal(of_factors(p));
        // What L_p⁻¹ L_q is beside the identity.
        let beside = relative.tril(-1) + diagonal_matrices(ratio.clone() - 1.0);
        let excess = beside.clone() + beside.clone().transpose() + beside.clone().matmul(beside.transpose());
        let (steps, outside) = factor_beside_identity(excess, epsilon);
        let on_diagonal = diagonal(steps.clone()) * epsilon;
        let spread = sum_event(on_diagonal.clone().log1p() / epsilon - ratio.log());

        let meeting = Meeting::of(self.mean().dims(), p.mean().dims());
        let distance = meeting.unfold(meeting.fold(self.mean()) - meeting.fold(p.mean()));
        let rows = distance.dims()[0];
        let own = p.factor().dims()[0];
        let whitened = rows_of(solve_lower(p.factor(), columns_of(distance, own)));
        let factor = steps.tril(-1) * epsilon + diagonal_matrices(on_diagonal + 1.0);
        let along = rows_of(solve_lower(factor, columns_of(whitened, factors)));
        let divergence = sum_event(along.square()) * (0.5 * alpha) + repeat_to(spread, rows);
        divergence.mask_fill(outside.repeat_dim(0, rows / factors), f32::INFINITY)
    }
}

/// The lower triangular `K` of `(I + εK)(I + εK)ᵀ = I + εE`, that is of `K + Kᵀ + εKKᵀ = E`, column by
/// column, and where there is none, as the matrix is not positive definite.
pub(super) fn factor_beside_identity(excess: Tensor<3>, epsilon: f64) -> (Tensor<3>, Tensor<1, Bool>) {
    let [count, d, _] = excess.dims();
    let mut columns: Vec<Tensor<3>> = Vec::with_capacity(d);
    let mut outside = excess.clone().inner().narrow(1, 0, 1).narrow(2, 0, 1).is_nan();
    for j in 0..d {
        let rest = excess.clone().narrow(2, j, 1).narrow(1, j, d - j);
        let rest = columns.iter().fold(rest, |rest, column| {
            let below = column.clone().narrow(1, j, d - j);
            rest - below.clone() * below.narrow(1, 0, 1) * epsilon
        });
        let at = rest.clone().narrow(1, 0, 1);
        let has_none = (at.clone() * epsilon).lower_equal_elem(-1.0);
        let at = at.mask_fill(has_none.clone(), 0.0);
        outside = outside.bool_or(has_none);
        // The root of 2k + εk² = t that goes to t/2.
        let root = (at.clone() * epsilon + 1.0).sqrt();
        let on_diagonal = at / (root.clone() + 1.0);
        let mut parts = vec![on_diagonal];
        if j > 0 {
            parts.insert(0, excess.clone().inner().narrow(2, j, 1).narrow(1, 0, j).zeros_like());
        }
        if j + 1 < d {
            parts.push(rest.narrow(1, 1, d - j - 1) / root);
        }
        columns.push(Tensor::cat(parts, 1));
    }
    (Tensor::cat(columns, 2), outside.reshape([count]))
}

/// As between two full covariances.
impl RenyiDivergence<Normal> for MultivariateNormal {
    fn renyi_divergence(&self, p: &Normal, alpha: f64) -> Tensor<1> {
        self.renyi_divergence(&Self::from_normal(p), alpha)
    }
}

/// As between two full covariances.
impl RenyiDivergence<MultivariateNormal> for Normal {
    fn renyi_divergence(&self, p: &MultivariateNormal, alpha: f64) -> Tensor<1> {
        MultivariateNormal::from_normal(self).renyi_divergence(p, alpha)
    }
}
