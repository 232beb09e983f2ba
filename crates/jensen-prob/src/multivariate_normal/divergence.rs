//! Divergences between normal distributions with a full covariance and to those with independent
//! dimensions.

use burn::tensor::Tensor;
use jensen_kernels::{diagonal, solve_lower};

use super::MultivariateNormal;
use crate::columns::{repeat_matrices, repeat_to};
use crate::rows::{Meeting, meet_rows, sum_event};
use crate::{KlDivergence, Normal};

impl KlDivergence for MultivariateNormal {
    /// `½(Σ_{i>j} M_ij² + |L_p⁻¹(μ_q − μ_p)|²) + Σ_i ½(r_i² − 1) − log r_i` with `M = L_p⁻¹ L_q` and its
    /// diagonal `r`.
    ///
    /// The ratios keep the result at rounding error near equality, where traces and determinants would
    /// cancel.
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.mean.dims(), p.mean.dims());
        let distance = meeting.unfold(meeting.fold(self.mean.clone()) - meeting.fold(p.mean.clone()));
        let rows = distance.dims()[0];
        let (factors, _) = meet_rows(self.factor.count(), p.factor.count());
        let of_factors = |q: &Self| repeat_matrices(q.factor(), factors);
        let relative = solve_lower(of_factors(p), of_factors(self));
        let off_diagonal = relative.tril(-1).square().sum_dim(2).sum_dim(1).reshape([factors]);
        let diagonals = Meeting::of(self.factor.log_diagonal().dims(), p.factor.log_diagonal().dims());
        let fold = |t: Tensor<2>| diagonals.fold(t);
        let ratio = fold(diagonal(self.factor())) / fold(diagonal(p.factor()));
        let log_ratio = fold(self.factor.log_diagonal()) - fold(p.factor.log_diagonal());
        let on_diagonal = sum_event(diagonals.unfold((ratio.square() - 1.0) * 0.5 - log_ratio));
        let spread = repeat_to(off_diagonal * 0.5 + on_diagonal, rows);
        sum_event(p.factor.solve(distance).square()) * 0.5 + spread
    }
}

impl KlDivergence<Normal> for MultivariateNormal {
    /// As between two full covariances, without a solve.
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let mean = p.mean();
        let meeting = Meeting::of(self.mean.dims(), mean.dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let (std, log_std) = (fold(p.std()), fold(p.log_variance() * 0.5));
        let ratio = fold(diagonal(self.factor())) / std.clone();
        let log_ratio = fold(self.factor.log_diagonal()) - log_std;
        let off_diagonal: Tensor<2> = self.factor().tril(-1).square().sum_dim(2).squeeze_dim(2);
        let distance = (fold(self.mean.clone()) - fold(mean)) / std.clone();
        let spread = fold(off_diagonal) / std.square() + distance.square() + ratio.square() - 1.0;
        sum_event(meeting.unfold(spread * 0.5 - log_ratio))
    }
}

impl KlDivergence<MultivariateNormal> for Normal {
    fn kl_divergence(&self, p: &MultivariateNormal) -> Tensor<1> {
        MultivariateNormal::from_normal(self).kl_divergence(p)
    }
}
