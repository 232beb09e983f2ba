//! What an estimator itself learns: baselines and control variates.

use burn::module::Module;
use burn::tensor::Device;

use crate::optimizer::{Adam, NamedGradients, OptimizerConfig, Overflow};
use crate::parameters::{parameters, with_parameters};
use crate::{InferError, StateDict};

/// Parameters of an estimator, which change its variance and never its mean.
pub trait Learned {
    /// One update by gradients that [`Surrogate::control`](super::Surrogate::control) gave; none where a gradient, or a value
    /// after the update, would not be finite: that teaches nothing, and the model goes on learning without it.
    fn learn(&mut self, gradients: NamedGradients, learning_rate: f64);

    /// Everything that learning goes on from.
    fn state(&self) -> StateDict;

    /// Takes over a state that [`state`](Self::state) gave.
    ///
    /// # Errors
    /// If an entry is missing, has another shape, or is unknown; then nothing has changed.
    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError>;
}

/// A module that learns by Adam.
#[derive(Debug)]
pub struct Variables<V: Module> {
    module: V,
    adam: Adam,
}

impl<V: Module> Variables<V> {
    /// A module that has learned nothing yet.
    #[expect(clippy::missing_panics_doc, reason = "the defaults are in range")]
    pub fn new(module: V) -> Self {
        let adam = Adam::new(&OptimizerConfig::default()).expect("the defaults are in range");
        Self { module, adam }
    }

    /// The module as it is.
    pub fn module(&self) -> &V {
        &self.module
    }

    fn device(&self) -> Device {
        self.module.devices().into_iter().next().expect("a module has parameters").inner()
    }
}

impl<V: Module> Learned for Variables<V> {
    fn learn(&mut self, gradients: NamedGradients, learning_rate: f64) {
        let norm = gradients.norm();
        if !norm.is_finite() {
            return;
        }
        let module = self.module.clone();
        self.module = match self.adam.guarded_step(module, gradients, norm, learning_rate, 1.0) {
            Ok(module) | Err(Overflow { module, .. }) => module,
        };
    }

    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.extend_prefixed("parameters", parameters(&self.module));
        state.extend_prefixed("optimizer", self.adam.state());
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        let [own, moments] = ["parameters", "optimizer"].map(|part| state.with_prefix_removed(part));
        if own.len() + moments.len() != state.len() {
            return Err(InferError::State { detail: "its estimator has learned something else".to_owned() });
        }
        let module = with_parameters(self.module.clone(), &own)?;
        self.adam.load_state(&moments, &own, &self.device())?;
        self.module = module;
        Ok(())
    }
}
