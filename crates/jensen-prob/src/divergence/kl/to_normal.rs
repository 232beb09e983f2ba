//! Divergences to the normal distribution, from mean and variance.

use std::f64::consts::FRAC_2_PI;

use burn::tensor::Tensor;

use super::{infinite_where, less_entropy, with_moment};
use crate::rows::Meeting;
use crate::special::HALF_LOG_TAU;
use crate::{
    Beta, ContinuousBernoulli, Entropy, Exponential, Gamma, HalfNormal, KlDivergence, LocationScale, Mean,
    Moments, Normal, Pareto, Uniform, Variance,
};

/// `log σ + ½ log 2π + ½ (s² + (m − μ)²)/σ²` of a mean `m` and a deviation `s`, each `[rows, event]`.
fn cross_entropy_to_normal(mean: Tensor<2>, deviation: Tensor<2>, p: &Normal) -> Tensor<2> {
    let meeting = Meeting::of(mean.dims(), p.mean().dims());
    let std = meeting.fold(p.std());
    let distance = (meeting.fold(mean) - meeting.fold(p.mean())) / std.clone();
    let ratio = meeting.fold(deviation) / std;
    let log_std = meeting.fold(p.log_variance()) * 0.5;
    meeting.unfold((ratio.square() + distance.square()) * 0.5 + log_std + HALF_LOG_TAU)
}

/// From any family of one shape with a variance, such as Laplace, logistic and Gumbel.
impl<S: Moments> KlDivergence<Normal> for LocationScale<S> {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let cross_entropy = cross_entropy_to_normal(self.mean(), self.scale() * S::VARIANCE.sqrt(), p);
        less_entropy(cross_entropy, self.entropy())
    }
}

impl KlDivergence<Normal> for Gamma {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = self.concentration().sqrt() / self.rate();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Beta {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let total = self.alpha() + self.beta();
        // Each root by itself: their product may be below the smallest number.
        let roots = self.mean().sqrt() * (self.beta() / total.clone()).sqrt();
        let deviation = roots / (total + 1.0).sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Exponential {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        less_entropy(cross_entropy_to_normal(self.mean(), self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Normal> for HalfNormal {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = self.scale() * (1.0 - FRAC_2_PI).sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for Uniform {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let deviation = (self.high() - self.low()) / 12f64.sqrt();
        less_entropy(cross_entropy_to_normal(self.mean(), deviation, p), self.entropy())
    }
}

impl KlDivergence<Normal> for ContinuousBernoulli {
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        less_entropy(cross_entropy_to_normal(self.mean(), self.variance().sqrt(), p), self.entropy())
    }
}

impl KlDivergence<Normal> for Pareto {
    /// `+∞`, with gradient 0, where the variance is.
    fn kl_divergence(&self, p: &Normal) -> Tensor<1> {
        let (tame, has_none) = with_moment(self, 2.0);
        let cross_entropy = cross_entropy_to_normal(tame.mean(), tame.variance().sqrt(), p);
        less_entropy(infinite_where(cross_entropy, has_none), tame.entropy())
    }
}
