//! The model `p(z) p(x | z)` with binary `z`, its amortized posterior, and the two together.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, activation::sigmoid};
use jensen_infer::{Evidence, Guide, JointModel};
use jensen_prob::{Bernoulli, Factorized, Mean};

use super::bit_net::centred;
use super::{BitNet, LayeredBernoulli};
use crate::likelihood::Likelihood;
use crate::nets::{Decoder, LogitEncoder};

/// A sigmoid belief net (Neal 1992), its posterior amortized (of one layer as in Mnih & Gregor 2014).
///
/// `z_L ~ Bernoulli(σ(b))`, `z_l ~ Bernoulli(σ(f_l(2 z_{l+1} − 1)))`, `x ~ p(x | f_0(2 z_1 − 1))` with `L` layers, mostly one.
/// The posterior has independent bits, `q(z | x) = Π_l Bernoulli(z_l; σ(g_l))`, and its logits go up the layers by their
/// means, `g_1 = g_1(x)`, `g_{l+1} = g_{l+1}(2 σ(g_l) − 1)`. That is simpler than the recognition nets of the literature, which
/// draw one layer given the draw of the one below, and its bound is the looser for it: REBAR, RELAX and MuProp differentiate
/// through the logits of all bits at once, which then must not depend on draws. Draws have no gradient: which estimator takes
/// its place is the [`Estimator`](jensen_infer::Estimator)'s choice.
///
/// Latents are `[rows, L · bits]`, the lowest layer first.
#[derive(Module, Debug)]
pub struct Sbn {
    /// `x ↦ g_1`.
    pub encoder: LogitEncoder,
    /// `p(x | z_1)`.
    pub decoder: Decoder,
    /// `g_2` to `g_L`.
    pub upward: Vec<BitNet>,
    /// `f_{L−1}` to `f_1`.
    pub downward: Vec<BitNet>,
    /// `b`
    pub prior_logits: Param<Tensor<2>>,
}

impl Sbn {
    /// The bits of the lowest layer, which the observation depends on directly.
    fn lowest(&self, latent: Tensor<2>) -> Tensor<2> {
        latent.narrow(1, 0, self.decoder.latent_dim())
    }

    /// `g_1` to `g_L`.
    pub(super) fn posterior_logits(&self, observation: Tensor<2>) -> Vec<Tensor<2>> {
        let mut layers = vec![self.encoder.forward(observation)];
        for (below, net) in self.upward.iter().enumerate() {
            layers.push(net.forward(sigmoid(layers[below].clone())));
        }
        layers
    }
}

impl JointModel for Sbn {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = LayeredBernoulli;
    type Likelihood = Likelihood;

    fn prior(&self, _condition: &()) -> LayeredBernoulli {
        LayeredBernoulli::new(Bernoulli::from_logits(self.prior_logits.val()), self.downward.clone())
    }

    /// The likelihood given each row of bits, or of numbers between 0 and 1 in place of them.
    fn likelihood(&self, latent: &Tensor<2>, _condition: &()) -> Likelihood {
        self.decoder.forward(centred(self.lowest(latent.clone())))
    }

    fn trace(&self, latent: &Tensor<2>, _condition: &()) -> Vec<(String, Tensor<2>)> {
        self.decoder.trace(centred(self.lowest(latent.clone())))
    }
}

impl Guide<Self> for Sbn {
    type Posterior = Bernoulli;

    fn posterior(&self, evidence: &Evidence<'_, Self>) -> Bernoulli {
        self.encode(evidence.observation.clone())
    }

    /// Of one layer alone.
    fn exact_kl(&self, posterior: &Bernoulli, prior: &LayeredBernoulli) -> Option<Tensor<2>> {
        prior.single().map(|prior| posterior.kl_per_dim(prior))
    }

    fn posterior_mean(&self, posterior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.mean())
    }

    fn trace(&self, evidence: &Evidence<'_, Self>) -> Vec<(String, Tensor<2>)> {
        let mut seen = self.encoder.trace(evidence.observation.clone());
        let upward = self.posterior_logits(evidence.observation.clone()).into_iter().skip(1).enumerate();
        seen.extend(upward.map(|(i, logits)| (format!("upward.{i}.logits"), logits)));
        seen
    }
}
