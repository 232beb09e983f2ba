//! The model `p(z) p(x | z)` with categorical `z`, its amortized posterior, and the two together.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide, JointModel};
use jensen_prob::{Factorized, Independent, Mean, OneHotCategorical};

use crate::likelihood::Likelihood;
use crate::nets::{Decoder, LogitEncoder};

/// An autoencoder whose latents are independent choices among `C` categories each (Jang, Gu & Poole 2017, §4.2).
///
/// `z_n ~ Categorical(softmax(b_n))`, `x ~ p(x | f(z))`, `q(z | x) = Π_n Categorical(z_n; softmax(g_n(x)))`, every `z_n` a
/// one-hot vector and the prior learned. Draws have no gradient: which estimator takes its place is the
/// [`Estimator`](jensen_infer::Estimator)'s choice.
///
/// Latents are `[rows, N · C]`, the vectors side by side.
#[derive(Module, Debug)]
pub struct CategoricalVae {
    /// `x ↦ g`.
    pub encoder: LogitEncoder,
    /// `p(x | z)`.
    pub decoder: Decoder,
    /// `b`
    pub prior_logits: Param<Tensor<2>>,
    /// `N`
    pub variables: usize,
}

impl CategoricalVae {
    /// The choices that logits `[rows, N · C]` give.
    pub(super) fn one_hot(&self, logits: Tensor<2>) -> Independent<OneHotCategorical> {
        let ([rows, size], variables) = (logits.dims(), self.variables);
        let each = logits.reshape([rows * variables, size / variables]);
        Independent::new(OneHotCategorical::from_logits(each), variables)
    }
}

impl JointModel for CategoricalVae {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Independent<OneHotCategorical>;
    type Likelihood = Likelihood;

    fn prior(&self, _condition: &()) -> Self::Prior {
        self.one_hot(self.prior_logits.val())
    }

    /// The likelihood given each row of one-hot vectors, or of probabilities in place of them.
    fn likelihood(&self, latent: &Tensor<2>, _condition: &()) -> Likelihood {
        self.decoder.forward(latent.clone())
    }

    fn trace(&self, latent: &Tensor<2>, _condition: &()) -> Vec<(String, Tensor<2>)> {
        self.decoder.trace(latent.clone())
    }
}

impl Guide<Self> for CategoricalVae {
    type Posterior = Independent<OneHotCategorical>;

    fn posterior(&self, evidence: &Evidence<'_, Self>) -> Self::Posterior {
        self.encode(evidence.observation.clone())
    }

    /// A column for each choice.
    fn exact_kl(&self, posterior: &Self::Posterior, prior: &Self::Posterior) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }

    fn posterior_mean(&self, posterior: &Self::Posterior) -> Option<Tensor<2>> {
        Some(posterior.mean())
    }

    fn trace(&self, evidence: &Evidence<'_, Self>) -> Vec<(String, Tensor<2>)> {
        self.encoder.trace(evidence.observation.clone())
    }
}
