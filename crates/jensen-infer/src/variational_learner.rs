//! Learning by gradients of a bound.

mod autopsy;
mod noise;

use jensen_data::Batch;
use jensen_prob::Expand;
use jensen_random::Rng;

use crate::estimator::{Estimator, Problem, Sampling, Surrogate};
use crate::evaluation::{self, per_example};
use crate::forensics::{self, Autopsy, finite_norm, finite_sum};
use crate::objective::{ELBO, Objective};
use crate::optimizer::{Ascent, NamedGradients, OptimizerConfig};
use crate::{
    Evidence, Guide, InferError, Learner, Metrics, StateDict, StepContext, StepReport, VariationalModel,
};

/// Stochastic gradient ascent on a bound: model and guide `V`, gradients by estimator `E`.
#[derive(Debug)]
pub struct VariationalLearner<V: VariationalModel, E> {
    ascent: Ascent<V>,
    estimator: E,
    objective: Box<dyn Objective>,
    noise_every: u64,
}

impl<V, E> VariationalLearner<V, E>
where
    V: VariationalModel,
    E: Estimator<V::Model, V::Guide>,
{
    /// A learner that has learned nothing yet; `module` must be on an autodiff device.
    ///
    /// # Errors
    /// If a configured value is out of range.
    ///
    /// # Panics
    /// If `module` is not on an autodiff device.
    pub fn new(
        module: V,
        estimator: E,
        objective: Box<dyn Objective>,
        optimizer: &OptimizerConfig,
    ) -> Result<Self, InferError> {
        Ok(Self { ascent: Ascent::new(module, optimizer)?, estimator, objective, noise_every: 0 })
    }

    /// Measures how noisy the gradient is at every `steps`th step, at the cost of eight more; 0 is never. What is learned
    /// does not depend on it.
    pub fn with_noise_every(self, steps: u64) -> Self {
        Self { noise_every: steps, ..self }
    }

    /// The module that is trained, on the autodiff device.
    ///
    /// # Panics
    /// If an update of the optimizer panicked before.
    pub fn module(&self) -> &V {
        self.ascent.module()
    }

    /// The module that every use but training takes: averaged where averaging is on, without
    /// autodiff.
    pub fn trained(&self) -> V {
        self.ascent.trained()
    }

    /// What the gradient of one batch is estimated of.
    fn problem<'a>(
        &'a self,
        evidence: &'a Evidence<'a, V::Model>,
        context: &StepContext<'a>,
    ) -> Problem<'a, V::Model, V::Guide> {
        let module = self.module();
        Problem {
            objective: self.objective.as_ref(),
            model: module.model(),
            guide: module.guide(),
            evidence,
            sampling: Sampling { rng: context.rng, warm_up: context.warm_up },
        }
    }

    /// The surrogate of one batch, its values checked.
    fn surrogate(&self, batch: &Batch, context: &StepContext) -> Result<(Surrogate, Sums), InferError> {
        let evidence = Evidence::read(batch, self.ascent.device())?;
        let surrogate = self.estimator.surrogate(&self.problem(&evidence, context))?;
        let check = |term, values| finite_sum(term, values, batch.rows(), context.step);
        let sums = Sums {
            reconstruction: check("log p(x|z)", surrogate.terms.reconstruction())?,
            kl: check("KL(q‖p)", surrogate.terms.kl())?,
            objective: check("the bound", surrogate.bound.clone())?,
        };
        Ok((surrogate, sums))
    }
}

/// Sums over the examples of a batch.
#[derive(Default)]
struct Sums {
    objective: f64,
    reconstruction: f64,
    kl: f64,
}

impl<V, E> Learner for VariationalLearner<V, E>
where
    V: VariationalModel<Guide: Guide<V::Model, Posterior: Expand>>,
    E: Estimator<V::Model, V::Guide>,
{
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError> {
        let examples: usize = batches.iter().map(Batch::len).sum();
        let mut total = Sums::default();
        let (mut gradients, mut control) = (NamedGradients::default(), NamedGradients::default());
        for batch in batches {
            let (surrogate, sums) = self.surrogate(batch, context)?;
            let (of_module, of_control) = surrogate.all_gradients(self.module());
            let weight = batch.len() as f64 / examples as f64;
            gradients.accumulate(of_module, weight);
            control.accumulate(of_control, weight);
            total.objective += sums.objective;
            total.reconstruction += sums.reconstruction;
            total.kl += sums.kl;
        }
        let norm = finite_norm(&gradients, batches, context.step, |one| {
            Ok(self.surrogate(one, context)?.0.gradients(self.module()))
        })?;
        // As the metrics count, the step after this many updates. A redraw that is not finite is none of the training's.
        let is_measured = self.noise_every > 0 && (context.step + 1).is_multiple_of(self.noise_every);
        let gradient_noise = if is_measured { self.measure_noise(batches, context).ok() } else { None };
        if let Err(parameter) = self.ascent.step(gradients, norm, context) {
            return Err(forensics::unfit_update(&parameter, batches, context.step));
        }
        if let Some(learned) = self.estimator.learned_mut() {
            learned.learn(control, context.learning_rate);
        }
        let n = examples as f64;
        Ok(StepReport {
            examples,
            objective: total.objective / n,
            terms: vec![("reconstruction", total.reconstruction / n), ("kl", total.kl / n)],
            gradient_norm: Some(norm),
            gradient_noise,
        })
    }

    fn autopsy(&self, batches: &[Batch], context: &StepContext) -> Result<Autopsy, InferError> {
        forensics::dissect(&self.ascent, batches, context, |batch, trail| self.watch(batch, context, trail))
    }

    fn evaluate(&self, batch: &Batch, rng: Rng) -> Result<Metrics, InferError> {
        let evidence = Evidence::<V::Model>::read(batch, self.ascent.device())?;
        let trained = self.trained();
        let metrics = evaluation::measure(&trained, &evidence, rng);
        let monitored = self.monitored();
        if monitored == ELBO {
            return Ok(metrics);
        }
        let problem = Problem {
            objective: self.objective.as_ref(),
            model: trained.model(),
            guide: trained.guide(),
            evidence: &evidence,
            sampling: Sampling { rng: rng.fork("objective"), warm_up: 1.0 },
        };
        let bound = evaluation::objective(&problem)?;
        Ok(metrics.with_sum(monitored, per_example(bound).iter().sum()))
    }

    fn monitored(&self) -> &'static str {
        self.objective.monitored()
    }

    fn state(&self) -> StateDict {
        let mut state = self.ascent.state();
        if let Some(learned) = self.estimator.learned() {
            state.extend_prefixed("estimator", learned.state());
        }
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        let estimator = state.with_prefix_removed("estimator");
        if self.estimator.learned().is_none() && !estimator.is_empty() {
            return Err(InferError::State { detail: "its estimator has learned something".to_owned() });
        }
        let rest = state.clone().filter(|name| !name.starts_with("estimator."));
        let mut before = None;
        if let Some(learned) = self.estimator.learned_mut() {
            before = Some(learned.state());
            learned.load_state(&estimator)?;
        }
        let loaded = self.ascent.load_state(&rest);
        if let (Err(_), Some(learned), Some(before)) = (&loaded, self.estimator.learned_mut(), before) {
            learned.load_state(&before).expect("it was its own");
        }
        loaded
    }

    fn weights(&self) -> StateDict {
        self.ascent.weights()
    }
}
