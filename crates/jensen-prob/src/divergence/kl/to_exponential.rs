//! Divergences to the exponential distribution, from the mean.

use burn::tensor::Tensor;

use super::{infinite_where, less_entropy, with_moment};
use crate::rows::Meeting;
use crate::{
    Beta, ContinuousBernoulli, Entropy, Exponential, Gamma, HalfNormal, KlDivergence, LogNormal, Mean,
    Pareto, Uniform, Weibull,
};

impl KlDivergence<Exponential> for Gamma {
    /// As to a gamma distribution.
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        self.kl_divergence(&p.to_gamma())
    }
}

/// `λ m − log λ` of a mean `m`, `[rows, event]`.
fn cross_entropy_to_exponential(mean: Tensor<2>, p: &Exponential) -> Tensor<2> {
    let meeting = Meeting::of(mean.dims(), p.rate().dims());
    meeting.unfold(meeting.fold(mean) * meeting.fold(p.rate()) - meeting.fold(p.log_rate()))
}

impl KlDivergence<Exponential> for Beta {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for HalfNormal {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for LogNormal {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for Weibull {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for ContinuousBernoulli {
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        less_entropy(cross_entropy_to_exponential(self.mean(), p), self.entropy())
    }
}

impl KlDivergence<Exponential> for Pareto {
    /// `+∞`, with gradient 0, where the mean is.
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        let (tame, has_none) = with_moment(self, 1.0);
        let cross_entropy = cross_entropy_to_exponential(tame.mean(), p);
        less_entropy(infinite_where(cross_entropy, has_none), tame.entropy())
    }
}

impl KlDivergence<Exponential> for Uniform {
    /// `+∞`, with gradient 0, where the interval reaches below 0.
    fn kl_divergence(&self, p: &Exponential) -> Tensor<1> {
        let below = self.low().lower_elem(0.0);
        let cross_entropy = cross_entropy_to_exponential(self.mean(), p);
        less_entropy(infinite_where(cross_entropy, below), self.entropy())
    }
}
