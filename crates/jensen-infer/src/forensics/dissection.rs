//! A step of gradient ascent made again, slowly: every value on the way.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use jensen_data::{Batch, Role};

use super::finite::{gradient_of, update_of};
use super::{Autopsy, Stage, StageKind};
use crate::optimizer::{Ascent, NamedGradients};
use crate::parameters::parameters;
use crate::{InferError, StateDict, StepContext};

/// The values on the way through a step, up to the first part that is at fault.
///
/// `watch` makes the part between the data of a batch and its gradients, and shows each value to the [`Trail`]. Draws are
/// addressed, so these are the values that the step itself had.
pub(crate) fn dissect<M: Module>(
    ascent: &Ascent<M>,
    batches: &[Batch],
    context: &StepContext,
    watch: impl Fn(&Batch, &mut Trail<'_>) -> Result<NamedGradients, InferError>,
) -> Result<Autopsy, InferError> {
    let mut autopsy = Autopsy::default();
    add_state(&mut autopsy, StageKind::Parameter, &parameters(ascent.module()), str::to_owned);
    add_state(&mut autopsy, StageKind::Optimizer, &ascent.optimizer_state(), |name| {
        format!("optimizer.{name}")
    });
    let examples: usize = batches.iter().map(Batch::len).sum();
    let mut gradients = NamedGradients::default();
    for (i, batch) in batches.iter().enumerate() {
        let prefix = if batches.len() > 1 { format!("batch {}: ", i + 1) } else { String::new() };
        let mut trail = Trail { autopsy: &mut autopsy, prefix, batch };
        trail.add_data();
        let taken = watch(batch, &mut trail)?;
        if autopsy.is_at_fault(&[StageKind::Data, StageKind::Forward, StageKind::Term]) {
            return Ok(autopsy);
        }
        gradients.accumulate(taken, batch.len() as f64 / examples as f64);
    }
    add_state(&mut autopsy, StageKind::Gradient, &gradients.to_state(ascent.module()), gradient_of);
    let norm = gradients.norm();
    if norm.is_finite() {
        // On copies: the learner stays as it is.
        let [module, optimizer] = ascent.rehearse(gradients, norm, context);
        add_state(&mut autopsy, StageKind::Update, &module, update_of);
        add_state(&mut autopsy, StageKind::Update, &optimizer, |name| {
            update_of(&format!("optimizer.{name}"))
        });
    }
    Ok(autopsy)
}

/// Where the values on the way through one batch are written down.
pub(crate) struct Trail<'a> {
    autopsy: &'a mut Autopsy,
    prefix: String,
    batch: &'a Batch,
}

impl Trail<'_> {
    fn add_data(&mut self) {
        let batch = self.batch;
        for role in [Role::Observation, Role::Condition, Role::Target] {
            if let Some(field) = batch.field(role) {
                let shape = [batch.len(), field.spec().features()];
                let name = format!("{role} `{}`", field.spec().name);
                self.push(StageKind::Data, &name, &TensorData::new(field.array().to_f64(), shape));
            }
        }
        let jacobian = TensorData::new(batch.log_jacobian().to_vec(), [batch.len()]);
        self.push(StageKind::Data, "log |dx'/dx|", &jacobian);
    }

    /// Values between the data and the terms, by name, each with one row an example.
    pub(crate) fn add_forward(&mut self, values: Vec<(String, Tensor<2>)>) {
        for (name, values) in values {
            self.push(StageKind::Forward, &name, &values.inner().into_data());
        }
    }

    /// A term of the objective, with one row an example.
    pub(crate) fn add_term<const D: usize>(&mut self, name: &str, values: Tensor<D>) {
        self.push(StageKind::Term, name, &values.inner().into_data());
    }

    /// The loss of the batch.
    pub(crate) fn add_loss(&mut self, loss: Tensor<1>) {
        let name = format!("{}the loss", self.prefix);
        self.autopsy.push(Stage::of(name, StageKind::Term, &loss.inner().into_data(), None));
    }

    fn push(&mut self, kind: StageKind, name: &str, data: &TensorData) {
        let name = format!("{}{name}", self.prefix);
        self.autopsy.push(Stage::of(name, kind, data, Some(self.batch.rows())));
    }
}

fn add_state(autopsy: &mut Autopsy, kind: StageKind, state: &StateDict, name: impl Fn(&str) -> String) {
    for (own, data) in state.iter() {
        autopsy.push(Stage::of(name(own), kind, data, None));
    }
}
