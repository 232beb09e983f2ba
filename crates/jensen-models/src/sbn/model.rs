//! The model `p(z) p(x | z)` with binary `z`, its amortized posterior, and the two together.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide, JointModel, VariationalModel};
use jensen_prob::{Bernoulli, Factorized, Mean};

use crate::likelihood::Likelihood;
use crate::nets::{Convolutions, Decoder, ImageShape, Mlp, NetConfig, Scope, halved};

/// A sigmoid belief net with one layer of latents (Neal 1992), its posterior amortized (Mnih & Gregor 2014).
///
/// `z_d ~ Bernoulli(σ(b_d))`, `x ~ p(x | f(2z − 1))`; the encoder is `q(z | x) = Π_d Bernoulli(z_d; σ(g_d(x)))`. Draws have no
/// gradient: which estimator takes its place is the [`Estimator`](jensen_infer::Estimator)'s choice.
#[derive(Module, Debug)]
pub struct Sbn {
    /// `q(z | x)`.
    pub encoder: BinaryEncoder,
    /// `p(z) p(x | z)`.
    pub decoder: BinaryDecoder,
}

/// `x ↦` the logits of independent bits.
#[derive(Module, Debug)]
pub struct BinaryEncoder {
    convolutions: Convolutions,
    net: Mlp,
    logits: Linear,
}

impl BinaryEncoder {
    /// Fresh weights under the path of `scope`.
    pub(super) fn init(net: &NetConfig, shape: ImageShape, latent_dim: usize, scope: &Scope) -> Self {
        let (channels, activation) = (net.channels(), net.activation());
        let convolutions = Convolutions::init(shape, channels, activation, &scope.child("convolutions"));
        let inputs = halved(shape, channels).features();
        let width = *net.hidden().last().unwrap_or(&inputs);
        Self {
            convolutions,
            net: Mlp::init(inputs, net.hidden(), activation, &scope.child("net")),
            logits: scope.child("logits").linear(width, latent_dim),
        }
    }

    /// `q(z | x)`, one row an example.
    pub fn forward(&self, x: Tensor<2>) -> Bernoulli {
        Bernoulli::from_logits(self.logits.forward(self.net.forward(self.convolutions.forward(x))))
    }

    /// The values on the way, by the path of the layer that gives them.
    fn trace(&self, x: Tensor<2>) -> Vec<(String, Tensor<2>)> {
        let mut seen = vec![("the encoder's input".to_owned(), x.clone())];
        let x = self.convolutions.watch(x, |i, x| seen.push((format!("encoder.convolutions.layers.{i}"), x)));
        let hidden = self.net.watch(x, |i, x| seen.push((format!("encoder.net.layers.{i}"), x)));
        seen.push(("encoder.logits".to_owned(), self.logits.forward(hidden)));
        seen
    }
}

/// A learned prior over bits, and the net from bits to observations.
#[derive(Module, Debug)]
pub struct BinaryDecoder {
    prior_logits: Param<Tensor<2>>,
    net: Decoder,
}

impl BinaryDecoder {
    pub(super) fn new(net: Decoder, scope: &Scope) -> Self {
        Self { prior_logits: scope.constant("prior_logits", [1, net.latent_dim()], 0.0), net }
    }

    /// The likelihood given each row of bits, or of numbers between 0 and 1 in place of them.
    pub fn forward(&self, z: Tensor<2>) -> Likelihood {
        // Bits about 0: neither value is silent.
        self.net.forward(z * 2.0 - 1.0)
    }

    /// The net from bits to observations.
    pub fn net(&self) -> &Decoder {
        &self.net
    }
}

impl JointModel for BinaryDecoder {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Bernoulli;
    type Likelihood = Likelihood;

    fn prior(&self, _condition: &()) -> Bernoulli {
        Bernoulli::from_logits(self.prior_logits.val())
    }

    fn likelihood(&self, latent: &Tensor<2>, _condition: &()) -> Likelihood {
        self.forward(latent.clone())
    }

    fn trace(&self, latent: &Tensor<2>, _condition: &()) -> Vec<(String, Tensor<2>)> {
        self.net.trace(latent.clone() * 2.0 - 1.0)
    }
}

impl Guide<BinaryDecoder> for BinaryEncoder {
    type Posterior = Bernoulli;

    fn posterior(&self, evidence: &Evidence<'_, BinaryDecoder>) -> Bernoulli {
        self.forward(evidence.observation.clone())
    }

    fn exact_kl(&self, posterior: &Bernoulli, prior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }

    fn posterior_mean(&self, posterior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.mean())
    }

    fn trace(&self, evidence: &Evidence<'_, BinaryDecoder>) -> Vec<(String, Tensor<2>)> {
        self.trace(evidence.observation.clone())
    }
}

impl VariationalModel for Sbn {
    type Model = BinaryDecoder;
    type Guide = BinaryEncoder;

    fn model(&self) -> &BinaryDecoder {
        &self.decoder
    }

    fn guide(&self) -> &BinaryEncoder {
        &self.encoder
    }
}
