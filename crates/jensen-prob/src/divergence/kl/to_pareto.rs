//! Divergences to the Pareto distribution.

use burn::tensor::Tensor;

use super::{infinite_where, inside_of, less_entropy, uniform_log_bend};
use crate::rows::Meeting;
use crate::special::log_ratio;
use crate::{Entropy, KlDivergence, Mean, Pareto, Uniform};

impl KlDivergence<Pareto> for Uniform {
    /// `α E[log x/m] + E[log x] − log α − H(q)`: `+∞`, with gradient 0, where the interval reaches below `m`.
    fn kl_divergence(&self, p: &Pareto) -> Tensor<1> {
        let positive = inside_of(self, &self.low().lower_elem(0.0));
        let meeting = Meeting::of(self.low().dims(), p.scale().dims());
        let fold = |t: Tensor<2>| meeting.fold(t);
        let (bend, mean, scale) = (fold(uniform_log_bend(&positive)), fold(positive.mean()), fold(p.scale()));
        let is_below = (fold(self.low()) - scale.clone()).lower_elem(0.0);
        let excess = log_ratio(mean.clone(), scale.clone(), scale.log()) + bend.clone();
        let alpha = fold(p.concentration());
        let cross_entropy = alpha.clone() * excess + mean.log() + bend - alpha.log();
        less_entropy(meeting.unfold(infinite_where(cross_entropy, is_below)), self.entropy())
    }
}
