//! The posterior of a mixture, by Bayes' rule.

use burn::module::Module;
use burn::tensor::Tensor;
use jensen_infer::{Evidence, Guide, JointModel, VariationalModel};
use jensen_prob::{Distribution, Enumerable, Expand, KlDivergence, OneHotCategorical};

use super::GaussianComponents;

/// A mixture with its own posterior `p(z | x) = p(z) p(x | z) / Σ_z p(z) p(x | z)` as guide: the E step.
///
/// Its bound is `log p(x)`, whatever the parameters, so that the bound's gradient is the gradient of the log-likelihood
/// (Fisher's identity). It has no parameters of its own.
#[derive(Module, Debug)]
pub struct ExactPosterior {
    /// What it is the posterior of.
    pub mixture: GaussianComponents,
}

impl Guide<GaussianComponents> for ExactPosterior {
    type Posterior = OneHotCategorical;

    fn posterior(&self, evidence: &Evidence<'_, GaussianComponents>) -> OneHotCategorical {
        let prior = self.mixture.prior(&()).expand(evidence.rows.len());
        let choices = prior.enumerate();
        let likelihood = self.mixture.likelihood(&choices, &());
        let log_joint = prior.log_prob(&choices) + likelihood.log_prob(&evidence.observation);
        let components = choices.dims()[1];
        OneHotCategorical::from_logits(log_joint.reshape([components, evidence.rows.len()]).transpose())
    }

    fn exact_kl(&self, posterior: &OneHotCategorical, prior: &OneHotCategorical) -> Option<Tensor<2>> {
        Some(divergence(posterior, prior))
    }
}

impl VariationalModel for ExactPosterior {
    type Model = GaussianComponents;
    type Guide = Self;

    fn model(&self) -> &GaussianComponents {
        &self.mixture
    }

    fn guide(&self) -> &Self {
        self
    }
}

/// `KL(q ‖ p)` of each row, of one group: a choice is not made of dimensions.
pub(super) fn divergence(posterior: &OneHotCategorical, prior: &OneHotCategorical) -> Tensor<2> {
    posterior.kl_divergence(prior).unsqueeze_dim(1)
}
