//! Learning by the gradient of a likelihood that is known.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_data::Batch;
use jensen_random::Rng;

use crate::evaluation::per_example;
use crate::forensics::NonFinite;
use crate::optimizer::{Ascent, NamedGradients, OptimizerConfig};
use crate::variational_learner::{finite_sum, gradient_of, update_of};
use crate::{InferError, Learner, Metrics, StateDict, StepContext, StepReport};

/// A module that knows the logarithm of the density or probability of what it is trained on.
pub trait LikelihoodModel: Module {
    /// `log p` of each example as the model sees it, in nats, `[batch]`; differentiable in the parameters.
    ///
    /// # Errors
    /// If the batch lacks a field that the model reads.
    fn log_likelihood(&self, batch: &Batch, device: &Device) -> Result<Tensor<1>, InferError>;
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
}

impl<M: LikelihoodModel> Learner for LikelihoodLearner<M> {
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError> {
        let examples: usize = batches.iter().map(Batch::len).sum();
        let (mut gradients, mut objective) = (NamedGradients::default(), 0.0);
        for batch in batches {
            let module = self.ascent.module();
            let values = module.log_likelihood(batch, self.ascent.device())?;
            objective += finite_sum("log p", values.clone().inner(), batch.rows(), context.step)?;
            objective += batch.log_jacobian().iter().sum::<f64>();
            let own = NamedGradients::of(module, values.mean().neg().backward());
            gradients.accumulate(own, batch.len() as f64 / examples as f64);
        }
        let failure = |term: String, parameter: String| {
            let rows: Vec<u64> = batches.iter().flat_map(Batch::rows).copied().collect();
            NonFinite::new(term, context.step, &rows, examples).of_parameter(parameter)
        };
        let norm = gradients.norm();
        if !norm.is_finite() {
            let parameter = gradients.non_finite().unwrap_or("a parameter").to_owned();
            return Err(failure(gradient_of(&parameter), parameter).into());
        }
        if let Err(parameter) = self.ascent.step(gradients, norm, context) {
            return Err(failure(update_of(&parameter), parameter).into());
        }
        Ok(StepReport {
            examples,
            objective: objective / examples as f64,
            terms: Vec::new(),
            gradient_norm: Some(norm),
            gradient_noise: None,
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
