//! Learning by the gradient of a likelihood that is known.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_data::Batch;
use jensen_random::Rng;

use crate::evaluation::per_example;
use crate::forensics::{self, Autopsy, finite_norm, finite_sum};
use crate::optimizer::{Ascent, NamedGradients, OptimizerConfig};
use crate::{InferError, Learner, Metrics, Quantity, StateDict, StepContext, StepReport};

/// A module that knows the logarithm of the density or probability of what it is trained on.
pub trait LikelihoodModel: Module {
    /// `log p` of each example as the model sees it, in nats, `[batch]`; differentiable in the parameters.
    ///
    /// # Errors
    /// If the batch lacks a field that the model reads.
    fn log_likelihood(&self, batch: &Batch, device: &Device) -> Result<Tensor<1>, InferError>;

    /// What that is of.
    fn quantity(&self) -> Quantity {
        Quantity::Marginal
    }

    /// The values on the way to it, by name and in the order of computation, each with one row an example: what a report
    /// on a failed step shows.
    ///
    /// # Errors
    /// If the batch lacks a field that the model reads.
    fn trace(&self, batch: &Batch, device: &Device) -> Result<Vec<(String, Tensor<2>)>, InferError> {
        let _ = (batch, device);
        Ok(Vec::new())
    }
}

/// Gradient ascent on the mean of `log p`: no bound, and no draws but the order of the examples.
#[derive(Debug)]
pub struct LikelihoodLearner<M> {
    ascent: Ascent<M>,
}

/// The metric and what is monitored: the mean of `log p` over examples, in the data's own units.
pub const LOG_LIKELIHOOD: &str = "log_likelihood";

impl<M: LikelihoodModel> LikelihoodLearner<M> {
    /// A learner that has learned nothing yet; `module` must be on an autodiff device.
    ///
    /// # Errors
    /// If a configured value is out of range.
    ///
    /// # Panics
    /// If `module` is not on an autodiff device.
    pub fn new(module: M, optimizer: &OptimizerConfig) -> Result<Self, InferError> {
        Ok(Self { ascent: Ascent::new(module, optimizer)? })
    }

    /// The module that every use but training takes: averaged where averaging is on, without autodiff.
    pub fn trained(&self) -> M {
        self.ascent.trained()
    }

    /// `log p` of each example, on the autodiff device.
    fn log_likelihood(&self, batch: &Batch) -> Result<Tensor<1>, InferError> {
        self.ascent.module().log_likelihood(batch, self.ascent.device())
    }

    /// The gradients of the loss: the mean of these values, with the other sign.
    fn gradients(&self, values: Tensor<1>) -> NamedGradients {
        NamedGradients::of(self.ascent.module(), values.mean().neg().backward())
    }
}

impl<M: LikelihoodModel> Learner for LikelihoodLearner<M> {
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError> {
        let examples: usize = batches.iter().map(Batch::len).sum();
        let (mut gradients, mut objective) = (NamedGradients::default(), 0.0);
        for batch in batches {
            let values = self.log_likelihood(batch)?;
            let term = self.ascent.module().quantity().to_string();
            objective += finite_sum(term, values.clone().inner(), batch.rows(), context.step)?;
            objective += batch.log_jacobian().iter().sum::<f64>();
            gradients.accumulate(self.gradients(values), batch.len() as f64 / examples as f64);
        }
        let norm = finite_norm(&gradients, batches, context.step, |one| {
            Ok(self.gradients(self.log_likelihood(one)?))
        })?;
        if let Err(parameter) = self.ascent.step(gradients, norm, context) {
            return Err(forensics::unfit_update(&parameter, batches, context.step));
        }
        Ok(StepReport {
            examples,
            objective: objective / examples as f64,
            terms: Vec::new(),
            gradient_norm: Some(norm),
            gradient_noise: None,
        })
    }

    fn autopsy(&self, batches: &[Batch], context: &StepContext) -> Result<Autopsy, InferError> {
        forensics::dissect(&self.ascent, batches, context, |batch, trail| {
            let module = self.ascent.module();
            trail.add_forward(module.trace(batch, self.ascent.device())?);
            let values = self.log_likelihood(batch)?;
            trail.add_term(&module.quantity().to_string(), values.clone());
            trail.add_loss(values.clone().mean().neg());
            Ok(self.gradients(values))
        })
    }

    fn evaluate(&self, batch: &Batch, _: Rng) -> Result<Metrics, InferError> {
        let sum: f64 = log_likelihoods(&self.trained(), batch, self.ascent.device())?.iter().sum();
        Ok(Metrics::new(batch.len()).with_sum(LOG_LIKELIHOOD, sum))
    }

    fn monitored(&self) -> &'static str {
        LOG_LIKELIHOOD
    }

    fn state(&self) -> StateDict {
        self.ascent.state()
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        self.ascent.load_state(state)
    }

    fn weights(&self) -> StateDict {
        self.ascent.weights()
    }
}

/// `log p` of each example in the data's own units, in nats.
///
/// # Errors
/// If the batch lacks a field that the model reads.
pub fn log_likelihoods<M: LikelihoodModel>(
    model: &M,
    batch: &Batch,
    device: &Device,
) -> Result<Vec<f64>, InferError> {
    let values = per_example(model.log_likelihood(batch, device)?);
    Ok(values.into_iter().zip(batch.log_jacobian()).map(|(value, jacobian)| value + jacobian).collect())
}
