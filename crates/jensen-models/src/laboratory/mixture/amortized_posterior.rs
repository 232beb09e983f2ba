//! One net for the posteriors of all points.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide};
use jensen_prob::OneHotCategorical;

use super::GaussianComponents;
use super::exact_posterior::divergence;
use crate::nets::{Activation, Mlp, Scope};

/// `q(z | x) = Categorical(softmax(W h(x) + b))`, one small net for all points: amortized inference.
///
/// The exact logits are quadratic in `x`, the net's are not: what it cannot say of the posteriors is the amortization gap
/// (Cremer, Li & Duvenaud 2018), which the model learns to keep small by bending to what the net can say. In return it has a posterior for points that it has never seen, and the number of its
/// parameters does not grow with the data.
#[derive(Module, Debug)]
pub struct AmortizedPosterior {
    net: Mlp,
    logits: Linear,
}

impl AmortizedPosterior {
    /// A net of `hidden` units, with `tanh`, whose last layer is zero: at first each component gets an equal share.
    pub fn new(columns: usize, hidden: usize, components: usize, scope: &Scope<'_>) -> Self {
        let last = scope.child("logits");
        Self {
            net: Mlp::init(columns, &[hidden], Activation::Tanh, &scope.child("net")),
            logits: Linear {
                weight: last.constant("weight", [hidden, components], 0.0),
                bias: Some(last.constant("bias", [components], 0.0)),
            },
        }
    }
}

impl Guide<GaussianComponents> for AmortizedPosterior {
    type Posterior = OneHotCategorical;

    fn posterior(&self, evidence: &Evidence<'_, GaussianComponents>) -> OneHotCategorical {
        let hidden = self.net.forward(evidence.observation.clone());
        OneHotCategorical::from_logits(self.logits.forward(hidden))
    }

    fn exact_kl(&self, posterior: &OneHotCategorical, prior: &OneHotCategorical) -> Option<Tensor<2>> {
        Some(divergence(posterior, prior))
    }
}
