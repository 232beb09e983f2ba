//! What is trained: everything that the fit loop, checkpoints and metrics know of a model.

use jensen_data::Batch;
use jensen_random::Rng;
use serde::{Deserialize, Serialize};

use crate::forensics::Autopsy;
use crate::objective::ELBO;
use crate::{InferError, Metrics, StateDict};

/// A model together with its way of learning: gradients of a bound, EM, or any other.
///
/// Object-safe, so that one fit loop trains everything.
pub trait Learner {
    /// Learns from the examples of `batches` in one update.
    ///
    /// More than one batch means accumulation: the update is that of their union, if the objective is a
    /// mean over examples (free bits are not).
    ///
    /// # Errors
    /// [`InferError::NonFinite`] if a term of the objective, a gradient or an updated parameter is not
    /// finite; the learner is then as before the step.
    fn step(&mut self, batches: &[Batch], context: &StepContext) -> Result<StepReport, InferError>;

    /// Makes a step that failed again and keeps every value on the way, changing nothing; empty for a
    /// learner that does not show them.
    ///
    /// # Errors
    /// If the batch lacks a field that the model reads.
    fn autopsy(&self, batches: &[Batch], context: &StepContext) -> Result<Autopsy, InferError> {
        let _ = (batches, context);
        Ok(Autopsy::default())
    }

    /// Measures the examples of one batch: sums that [`Metrics::merge`] adds up over a split.
    ///
    /// Uses the averaged weights where averaging is on.
    ///
    /// # Errors
    /// If the batch lacks a field that the model reads.
    fn evaluate(&self, batch: &Batch, rng: Rng) -> Result<Metrics, InferError>;

    /// The mean of [`evaluate`](Self::evaluate)'s metrics that chooses the best step and that patience
    /// watches; higher is better. The [`ELBO`] unless said otherwise.
    fn monitored(&self) -> &'static str {
        ELBO
    }

    /// Whether further steps would learn nothing: asked after each epoch. Learning by gradients never knows.
    fn is_converged(&self) -> bool {
        false
    }

    /// Everything that learning goes on from: weights, averages, optimizer.
    fn state(&self) -> StateDict;

    /// Takes over a state that [`state`](Self::state) gave.
    ///
    /// # Errors
    /// If an entry is missing, has another shape, or is unknown; then nothing has changed.
    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError>;

    /// The weights that every verb uses, averaged where averaging is on: what
    /// `model.safetensors` holds.
    fn weights(&self) -> StateDict;
}

/// What the fit loop tells a learner about one update.
#[derive(Clone, Copy, Debug)]
pub struct StepContext<'a> {
    /// Updates made before this one.
    pub step: u64,
    /// The stream of this update; the learner names the rows.
    pub rng: Rng<'a>,
    /// The learning rate of this update.
    pub learning_rate: f64,
    /// The factor in `[0, 1]` that KL warm-up puts on the divergence.
    pub warm_up: f64,
}

/// What one update reports, means over its examples in nats.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// How many examples the update saw.
    pub examples: usize,
    /// The objective that was climbed, warm-up, β and free bits included.
    pub objective: f64,
    /// What the objective is made of, by name, unweighted: of a bound `reconstruction`,
    /// `E_q[log p(x | z)]` in the data's own units, and `kl`, `KL(q ‖ p)`.
    ///
    /// The same names at every step, in the order in which they are shown. They stand beside the
    /// other fields in the log, so none may be named as one of those.
    pub terms: Vec<(&'static str, f64)>,
    /// The global norm of the gradient before clipping; `None` for learners without gradients.
    pub gradient_norm: Option<f64>,
    /// How noisy the gradient was, at the steps where that is measured.
    pub gradient_noise: Option<GradientNoise>,
}

/// How noisy an estimate of the gradient is, over draws of the latents for the same examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientNoise {
    /// The variance of one estimate, summed over all parameters.
    pub variance: f64,
    /// The length of the mean over the deviation of one estimate; 0 where the draws cannot tell the mean from none, `None`
    /// where they do not differ.
    pub snr: Option<f64>,
    /// The time that one estimate takes.
    pub seconds: f64,
}

impl StepReport {
    /// A term by its name, if the objective has it.
    pub fn term(&self, name: &str) -> Option<f64> {
        self.terms.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }
}
