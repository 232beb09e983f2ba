//! From the bits of one layer to the logits of the next.

use burn::{module::Module, nn::Linear, tensor::Tensor};

use crate::nets::{Mlp, NetConfig, Scope};

/// Bits, or numbers between 0 and 1 in place of them, `↦` logits of as many others.
#[derive(Module, Debug)]
pub struct BitNet {
    net: Mlp,
    logits: Linear,
}

impl BitNet {
    /// Fresh weights under the path of `scope`, with the hidden layers of `net`.
    pub fn init(net: &NetConfig, bits: usize, scope: &Scope) -> Self {
        let width = *net.hidden().last().unwrap_or(&bits);
        Self {
            net: Mlp::init(bits, net.hidden(), net.activation(), &scope.child("net")),
            logits: scope.child("logits").linear(width, bits),
        }
    }

    /// # Shapes
    /// `[rows, bits]` to the same.
    pub fn forward(&self, bits: Tensor<2>) -> Tensor<2> {
        self.logits.forward(self.net.forward(centred(bits)))
    }
}

/// Bits about 0: neither value is silent.
pub(super) fn centred(bits: Tensor<2>) -> Tensor<2> {
    bits * 2.0 - 1.0
}
