//! The bound of the evidence.

use jensen_kernels::scalar::{digamma, log_gamma};

use super::{BayesianMixture, WeightPrior};
use crate::mixture::{Covariance, Statistics};

impl BayesianMixture {
    /// `log p(rows)` is at least this, in nats with all constants: `Σ w log Σₖ exp E[log πₖ N(x; μₖ, Λₖ⁻¹)]`, what
    /// the E step found in `statistics`, less [`kl_divergence`](Self::kl_divergence).
    ///
    /// The statistics must be this very posterior's: those that `fit` gives beside it.
    pub fn bound(&self, statistics: &Statistics) -> f64 {
        statistics.log_likelihood() - self.kl_divergence()
    }

    /// `KL(q ‖ p)` of weights, means and precisions: what was learned, in nats.
    pub fn kl_divergence(&self) -> f64 {
        let means: f64 = (0..self.components()).map(|k| self.kl_of_mean(k)).sum();
        let precisions: f64 = match self.prior.covariance() {
            Covariance::Tied => self.kl_of_precision(0),
            Covariance::Full | Covariance::Diagonal | Covariance::Spherical => {
                (0..self.components()).map(|k| self.kl_of_precision(k)).sum()
            }
        };
        self.weights.kl_divergence(&self.counts) + means + precisions
    }

    /// The logarithm of how many relabellings of the components are different posteriors, each as good: what to add
    /// to the bound to compare numbers of components (Bishop 2006, 10.2.4).
    ///
    /// The bound is of one labelling, and the evidence of all `K!`. Components with less than one row are all like the
    /// prior, and to relabel those changes nothing. Where components overlap much, so do relabellings, and this is too
    /// much. With a Dirichlet process labels are in order, and this is zero.
    pub fn log_relabellings(&self) -> f64 {
        match self.weights {
            WeightPrior::Dirichlet { .. } => {
                let empty = self.counts.iter().filter(|&&count| count < 1.0).count();
                log_gamma(self.components() as f64 + 1.0) - log_gamma(empty as f64 + 1.0)
            }
            WeightPrior::DirichletProcess { .. } => 0.0,
        }
    }

    /// `E log|Λₖ| − log|E Λₖ|` over all columns.
    pub(super) fn log_precision_gap(&self, component: usize) -> f64 {
        let (d, kind) = (self.columns(), self.prior.covariance());
        let p = kind.dimension(d);
        let degrees = self.prior.posterior_degrees(&self.counts, component);
        (d / p) as f64 * (digammas(degrees, p) - p as f64 * (0.5 * degrees).ln())
    }

    /// `E KL(N(mₖ, (βₖΛ)⁻¹) ‖ N(m₀, (β₀Λ)⁻¹))`.
    fn kl_of_mean(&self, component: usize) -> f64 {
        let d = self.columns();
        let ratio = self.prior.mean_precision() / self.posterior.counts()[component];
        let step: Vec<_> = self
            .expected
            .mean(component)
            .iter()
            .zip(self.prior.mean())
            .map(|(mean, prior)| mean - prior)
            .collect();
        let distance = self.expected.squared_length(component, &step);
        let spread = d as f64 * (ratio - 1.0 - ratio.ln());
        0.5 * (spread + self.prior.mean_precision() * distance)
    }

    /// `KL(Wishart(ν, S⁻¹) ‖ Wishart(ν₀, S₀⁻¹))`, the sum of the columns' where each has a precision of its own.
    fn kl_of_precision(&self, component: usize) -> f64 {
        let (d, kind) = (self.columns(), self.prior.covariance());
        let p = kind.dimension(d);
        let (degrees, before) =
            (self.prior.posterior_degrees(&self.counts, component), self.prior.degrees_of_freedom());
        let shape =
            0.5 * (degrees - before) * digammas(degrees, p) - log_gammas(degrees, p) + log_gammas(before, p);
        let blocks = if kind == Covariance::Diagonal { d } else { 1 };
        let scales = (0..blocks).map(|block| {
            let log_det = self.expected.log_det_of(component, block) + p as f64 * degrees.ln();
            let trace = self.expected.precision_trace(component, block, self.prior.scatter());
            0.5 * before * (log_det - self.prior.log_det(block)) + 0.5 * (trace - degrees * p as f64)
        });
        blocks as f64 * shape + scales.sum::<f64>()
    }
}

/// `Σ ψ((ν + 1 − i) / 2)`, i = 1, …, p.
fn digammas(degrees: f64, p: usize) -> f64 {
    (0..p).map(|i| digamma(0.5 * (degrees - i as f64))).sum()
}

/// The same of `log Γ`.
fn log_gammas(degrees: f64, p: usize) -> f64 {
    (0..p).map(|i| log_gamma(0.5 * (degrees - i as f64))).sum()
}
