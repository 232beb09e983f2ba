//! Divergences to the Poisson distribution.

use burn::tensor::Tensor;
use jensen_kernels::exponential;

use super::less_entropy;
use crate::rows::Meeting;
use crate::{Bernoulli, Entropy, KlDivergence, Mean, Poisson};

impl KlDivergence<Poisson> for Bernoulli {
    /// `Σ_d λ_d − σ(l_d) log λ_d − H(q)`, since `x! = 1`.
    fn kl_divergence(&self, p: &Poisson) -> Tensor<1> {
        let (chance, log_rate) = (self.mean(), p.log_rate());
        let meeting = Meeting::of(chance.dims(), log_rate.dims());
        let log_rate = meeting.fold(log_rate);
        let cross_entropy = exponential(log_rate.clone()) - meeting.fold(chance) * log_rate;
        less_entropy(meeting.unfold(cross_entropy), self.entropy())
    }
}
