//! What every bound is made of.

use burn::tensor::Tensor;

/// In which form an objective needs the divergence of posterior and prior.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DivergenceForm {
    /// In closed form, [`Divergence::Exact`].
    Exact,
    /// At the posterior's samples, [`Divergence::Sampled`].
    Sampled,
}

/// The divergence of the posterior from the prior.
#[derive(Clone, Debug)]
pub enum Divergence {
    /// `KL(q ‖ p)` of each example and independent group of latent dimensions, `[batch, groups]`.
    Exact(Tensor<2>),
    /// `log q(z_k | x) − log p(z_k)` of each sample and example, `[K, batch]`.
    Sampled(Tensor<2>),
}

/// The terms of a bound for `K` samples of each example of a batch, in nats.
#[derive(Clone, Debug)]
pub struct Terms {
    /// `log p(x | z_k)`, `[K, batch]`.
    pub log_likelihood: Tensor<2>,
    /// How far the posterior is from the prior.
    pub divergence: Divergence,
}

impl Terms {
    /// `E_q[log p(x | z)]` of each example, estimated by the mean over samples, `[batch]`.
    pub fn reconstruction(&self) -> Tensor<1> {
        self.log_likelihood.clone().mean_dim(0).squeeze_dim(0)
    }

    /// `KL(q ‖ p)` of each example, exact or estimated by the mean over samples, `[batch]`.
    pub fn kl(&self) -> Tensor<1> {
        match &self.divergence {
            Divergence::Exact(per_dim) => per_dim.clone().sum_dim(1).squeeze_dim(1),
            Divergence::Sampled(log_ratio) => log_ratio.clone().mean_dim(0).squeeze_dim(0),
        }
    }

    /// What is averaged over samples, `[K, batch]`: `log p(x | z_k)` less `scale` times the divergence at each
    /// sample; an exact divergence is no part of it.
    pub fn integrand(&self, scale: f64) -> Tensor<2> {
        match &self.divergence {
            Divergence::Exact(_) => self.log_likelihood.clone(),
            Divergence::Sampled(log_ratio) => self.log_likelihood.clone() - log_ratio.clone() * scale,
        }
    }

    /// `log w_k`, `[K, batch]`: the logarithms of the importance weights `p(x, z_k) / q(z_k | x)` at scale 1 and with
    /// the divergence at each sample. An exact one counts fully for each sample.
    pub fn log_weights(&self, scale: f64) -> Tensor<2> {
        match &self.divergence {
            Divergence::Exact(_) => self.integrand(scale) - self.kl().unsqueeze_dim::<2>(0) * scale,
            Divergence::Sampled(_) => self.integrand(scale),
        }
    }

    /// The same terms cut from the gradient graph.
    pub fn detach(self) -> Self {
        let divergence = match self.divergence {
            Divergence::Exact(per_dim) => Divergence::Exact(per_dim.inner()),
            Divergence::Sampled(log_ratio) => Divergence::Sampled(log_ratio.inner()),
        };
        Self { log_likelihood: self.log_likelihood.inner(), divergence }
    }
}
