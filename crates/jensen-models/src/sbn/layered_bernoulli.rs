//! Layers of bits, each drawn given the one above.

use burn::tensor::Tensor;
use jensen_prob::{Bernoulli, Distribution, Expand, Rng};

use super::BitNet;
use crate::autoencoder::COLDEST;

/// `p(z) = p(z_L) Π_l p(z_l | z_{l+1})`, each layer `Bernoulli(σ(f_l(2 z_{l+1} − 1)))` (Neal 1992).
///
/// Events are `[rows, layers · bits]`, the lowest layer first.
#[derive(Clone, Debug)]
pub struct LayeredBernoulli {
    top: Bernoulli,
    /// From the top down.
    downward: Vec<BitNet>,
}

impl LayeredBernoulli {
    /// From the distribution of the top layer and the nets below it, from the top down.
    pub fn new(top: Bernoulli, downward: Vec<BitNet>) -> Self {
        Self { top, downward }
    }

    /// The distribution of the bits, if there is one layer alone.
    pub fn single(&self) -> Option<&Bernoulli> {
        self.downward.is_empty().then_some(&self.top)
    }

    /// A draw with the logits of every layer divided by `temperature`, at 0 the most probable bits of each layer.
    pub fn sample_tempered(&self, temperature: f64, rng: &Rng) -> Tensor<2> {
        let draw = |logits: Tensor<2>, rng: &Rng| {
            Bernoulli::from_logits(logits / temperature.max(COLDEST)).sample(rng)
        };
        let mut layers = vec![draw(self.top.logits(), rng)];
        for (depth, net) in self.downward.iter().enumerate() {
            let logits = net.forward(layers[depth].clone()).inner();
            layers.push(draw(logits, &rng.fork("below").at(depth as u64)));
        }
        layers.reverse();
        Tensor::cat(layers, 1)
    }
}

impl Distribution for LayeredBernoulli {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.top.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.sample_tempered(1.0, rng)
    }

    /// # Panics
    /// If the event is not one of so many layers of as many bits.
    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let (layers, bits) = (self.downward.len() + 1, self.top.logits().dims()[1]);
        assert_eq!(value.dims()[1], layers * bits, "an event of {layers} layers of {bits} bits");
        let layer = |from_top: usize| value.clone().narrow(1, (layers - 1 - from_top) * bits, bits);
        let top = self.top.log_prob(&layer(0));
        self.downward.iter().enumerate().fold(top, |log_prob, (depth, net)| {
            log_prob + Bernoulli::from_logits(net.forward(layer(depth))).log_prob(&layer(depth + 1))
        })
    }
}

impl Expand for LayeredBernoulli {
    fn expand(&self, samples: usize) -> Self {
        Self { top: self.top.expand(samples), ..self.clone() }
    }
}
