//! From an observation to the logits of discrete latents.

use burn::{module::Module, nn::Linear, tensor::Tensor};

use super::{Convolutions, ImageShape, Mlp, NetConfig, Scope, halved};

/// `x ↦` logits, by the encoder's net of a [`NetConfig`] and a linear layer.
#[derive(Module, Debug)]
pub struct LogitEncoder {
    convolutions: Convolutions,
    net: Mlp,
    logits: Linear,
}

impl LogitEncoder {
    /// Fresh weights under the path of `scope`, for `outputs` logits.
    pub fn init(net: &NetConfig, shape: ImageShape, outputs: usize, scope: &Scope) -> Self {
        let (channels, activation) = (net.channels(), net.activation());
        Self {
            convolutions: Convolutions::init(shape, channels, activation, &scope.child("convolutions")),
            net: Mlp::init(halved(shape, channels).features(), net.hidden(), activation, &scope.child("net")),
            logits: scope.child("logits").linear(net.hidden_width(shape), outputs),
        }
    }

    /// # Shapes
    /// `[rows, features]` to `[rows, outputs]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.logits.forward(self.net.forward(self.convolutions.forward(x)))
    }

    /// The values on the way, by the path of the layer that gives them: each layer's before its activation.
    pub fn trace(&self, x: Tensor<2>) -> Vec<(String, Tensor<2>)> {
        let mut seen = vec![("the encoder's input".to_owned(), x.clone())];
        let x = self.convolutions.watch(x, |i, x| seen.push((format!("encoder.convolutions.layers.{i}"), x)));
        let hidden = self.net.watch(x, |i, x| seen.push((format!("encoder.net.layers.{i}"), x)));
        seen.push(("encoder.logits".to_owned(), self.logits.forward(hidden)));
        seen
    }
}
