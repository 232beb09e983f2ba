//! From the data of a batch to the gradients of its bound, every value on the way shown.

use jensen_data::Batch;

use super::VariationalLearner;
use crate::estimator::Estimator;
use crate::forensics::Trail;
use crate::objective::Divergence;
use crate::optimizer::NamedGradients;
use crate::{Evidence, Guide, InferError, JointModel, StepContext, VariationalModel};

impl<V, E> VariationalLearner<V, E>
where
    V: VariationalModel,
    E: Estimator<V::Model, V::Guide>,
{
    /// The gradients of one batch, with every value on the way to them.
    pub(super) fn watch(
        &self,
        batch: &Batch,
        context: &StepContext,
        trail: &mut Trail<'_>,
    ) -> Result<NamedGradients, InferError> {
        let (model, guide) = (self.module().model(), self.module().guide());
        let evidence = Evidence::<V::Model>::read(batch, self.ascent.device())?;
        let problem = self.problem(&evidence, context);
        trail.add_forward(guide.trace(&evidence));
        let posterior = guide.posterior(&evidence);
        if let Some(latents) = self.estimator.latents(&problem, &posterior) {
            trail.add_forward(model.trace(&latents, &evidence.condition));
        }
        let surrogate = self.estimator.surrogate(&problem)?;
        let divergence = match &surrogate.terms.divergence {
            Divergence::Exact(per_group) => per_group.clone(),
            Divergence::Sampled(log_ratio) => log_ratio.clone().swap_dims(0, 1),
        };
        trail.add_term("KL(q‖p)", divergence);
        trail.add_term("log p(x|z)", surrogate.terms.log_likelihood.clone().swap_dims(0, 1));
        trail.add_term("the bound", surrogate.bound.clone());
        trail.add_loss(surrogate.loss.clone());
        Ok(surrogate.gradients(self.module()))
    }
}
