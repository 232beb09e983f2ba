//! A step made again, slowly: every value on the way.

use burn::tensor::{Tensor, TensorData};
use jensen_data::{Batch, Role};

use super::{VariationalLearner, gradient_of, update_of};
use crate::estimator::Estimator;
use crate::forensics::{Autopsy, Stage, StageKind};
use crate::objective::Divergence;
use crate::optimizer::NamedGradients;
use crate::parameters::parameters;
use crate::{Evidence, Guide, InferError, JointModel, StateDict, StepContext, VariationalModel};

/// The most examples whose gradients are taken one by one, to find those at fault.
const ONE_BY_ONE: usize = 1024;

impl<V, E> VariationalLearner<V, E>
where
    V: VariationalModel,
    E: Estimator<V::Model, V::Guide>,
{
    /// The values on the way through a step, up to the first part that is at fault.
    ///
    /// Draws are addressed, so these are the values that the step itself had.
    pub(super) fn dissect(&self, batches: &[Batch], context: &StepContext) -> Result<Autopsy, InferError> {
        let mut autopsy = Autopsy::default();
        add_state(&mut autopsy, StageKind::Parameter, &parameters(self.module()), str::to_owned);
        add_state(&mut autopsy, StageKind::Optimizer, &self.ascent.optimizer_state(), |name| {
            format!("optimizer.{name}")
        });
        let examples: usize = batches.iter().map(Batch::len).sum();
        let mut gradients = NamedGradients::default();
        for (i, batch) in batches.iter().enumerate() {
            let prefix = if batches.len() > 1 { format!("batch {}: ", i + 1) } else { String::new() };
            let taken = self.dissect_batch(batch, context, &prefix, &mut autopsy)?;
            if autopsy.is_at_fault(&[StageKind::Data, StageKind::Forward, StageKind::Term]) {
                return Ok(autopsy);
            }
            gradients.accumulate(taken, batch.len() as f64 / examples as f64);
        }
        add_state(&mut autopsy, StageKind::Gradient, &gradients.to_state(self.module()), gradient_of);
        let norm = gradients.norm();
        if norm.is_finite() {
            // On copies: the learner stays as it is.
            let [module, optimizer] = self.ascent.rehearse(gradients, norm, context);
            add_state(&mut autopsy, StageKind::Update, &module, update_of);
            add_state(&mut autopsy, StageKind::Update, &optimizer, |name| {
                format!("the update of optimizer.{name}")
            });
        }
        Ok(autopsy)
    }

    /// The values from the data to the loss, and the gradients of it.
    fn dissect_batch(
        &self,
        batch: &Batch,
        context: &StepContext,
        prefix: &str,
        autopsy: &mut Autopsy,
    ) -> Result<NamedGradients, InferError> {
        let mut add = |kind, name: &str, data: &TensorData| {
            autopsy.push(Stage::of(format!("{prefix}{name}"), kind, data, Some(batch.rows())));
        };
        for role in [Role::Observation, Role::Condition] {
            if let Some(field) = batch.field(role) {
                let shape = [batch.len(), field.spec().features()];
                let name = format!("{role} `{}`", field.spec().name);
                add(StageKind::Data, &name, &TensorData::new(field.array().to_f64(), shape));
            }
        }
        let jacobian = TensorData::new(batch.log_jacobian().to_vec(), [batch.len()]);
        add(StageKind::Data, "log |dx'/dx|", &jacobian);

        let (model, guide) = (self.module().model(), self.module().guide());
        let evidence = Evidence::<V::Model>::read(batch, self.ascent.device())?;
        let problem = self.problem(&evidence, context);
        let data = |values: Tensor<2>| values.inner().into_data();
        for (name, values) in guide.trace(&evidence) {
            add(StageKind::Forward, &name, &data(values));
        }
        let posterior = guide.posterior(&evidence);
        if let Some(latents) = self.estimator.latents(&problem, &posterior) {
            for (name, values) in model.trace(&latents, &evidence.condition) {
                add(StageKind::Forward, &name, &data(values));
            }
        }
        let surrogate = self.estimator.surrogate(&problem)?;
        let divergence = match &surrogate.terms.divergence {
            Divergence::Exact(per_group) => per_group.clone(),
            Divergence::Sampled(log_ratio) => log_ratio.clone().swap_dims(0, 1),
        };
        add(StageKind::Term, "KL(q‖p)", &data(divergence));
        let log_likelihood = surrogate.terms.log_likelihood.clone().swap_dims(0, 1);
        add(StageKind::Term, "log p(x|z)", &data(log_likelihood));
        add(StageKind::Term, "the bound", &surrogate.bound.clone().into_data());
        let loss = surrogate.loss.clone().inner().into_data();
        autopsy.push(Stage::of(format!("{prefix}the loss"), StageKind::Term, &loss, None));
        Ok(surrogate.gradients(self.module()))
    }

    /// The rows whose own gradients are not finite; all, if there are none or there are too many
    /// examples to look at each.
    pub(super) fn rows_of_gradient(&self, batches: &[Batch], context: &StepContext) -> Vec<u64> {
        let all: Vec<u64> = batches.iter().flat_map(Batch::rows).copied().collect();
        if all.len() > ONE_BY_ONE {
            return all;
        }
        let is_at_fault = |one: &Batch| {
            let Ok((surrogate, _)) = self.surrogate(one, context) else { return true };
            !surrogate.gradients(self.module()).norm().is_finite()
        };
        let singles = batches.iter().flat_map(|batch| (0..batch.len()).map(|i| batch.select(&[i])));
        let at_fault: Vec<u64> = singles.filter(is_at_fault).map(|one| one.rows()[0]).collect();
        if at_fault.is_empty() { all } else { at_fault }
    }
}

fn add_state(autopsy: &mut Autopsy, kind: StageKind, state: &StateDict, name: impl Fn(&str) -> String) {
    for (own, data) in state.iter() {
        autopsy.push(Stage::of(name(own), kind, data, None));
    }
}
