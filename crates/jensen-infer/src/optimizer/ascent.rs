//! A module on its way up a gradient.

use burn::module::Module;
use burn::tensor::Device;

use super::{Adam, Average, NamedGradients, OptimizerConfig, Overflow};
use crate::parameters::{parameters, with_parameters};
use crate::{InferError, StateDict, StepContext};

/// A module, the optimizer that moves it, and the average of its weights where one is kept.
#[derive(Debug)]
pub struct Ascent<M> {
    // `None` only while the optimizer holds the module: its buffers must have one owner then, or
    // every update would copy them.
    module: Option<M>,
    optimizer: Adam,
    clip_norm: Option<f64>,
    average: Option<Average<M>>,
    device: Device,
}

impl<M: Module> Ascent<M> {
    /// The parts of a [`state`](Self::state).
    pub const PARTS: [&str; 3] = ["model", "average", "optimizer"];

    /// One that has made no step yet.
    ///
    /// # Errors
    /// If a configured value is out of range.
    ///
    /// # Panics
    /// If `module` is not on an autodiff device.
    pub fn new(module: M, optimizer: &OptimizerConfig) -> Result<Self, InferError> {
        let device = module.devices().into_iter().next().expect("a model has parameters");
        assert!(device.is_autodiff(), "a model learns on an autodiff device: `Device::flex().autodiff()`");
        Ok(Self {
            optimizer: Adam::new(optimizer)?,
            clip_norm: optimizer.clip_norm,
            average: optimizer.average.map(|decay| Average::new(decay, &module)),
            // Data and noise stay off the autodiff device: operations there cost more.
            device: device.inner(),
            module: Some(module),
        })
    }

    /// The module, on the autodiff device.
    ///
    /// # Panics
    /// If an update of the optimizer panicked before.
    pub fn module(&self) -> &M {
        self.module.as_ref().expect("the module is away only within a step")
    }

    /// The module that every use but training takes: averaged where averaging is on, without autodiff.
    pub fn trained(&self) -> M {
        match &self.average {
            Some(average) => average.weights().clone(),
            None => self.module().valid(),
        }
    }

    /// Where data and noise go.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// One update along gradients of this norm.
    ///
    /// # Errors
    /// The parameter that would not be finite after it; then nothing has changed.
    ///
    /// # Panics
    /// If an update of the optimizer panicked before.
    pub fn step(
        &mut self,
        gradients: NamedGradients,
        norm: f64,
        context: &StepContext,
    ) -> Result<(), String> {
        let module = self.module.take().expect("the module is away only within a step");
        let (rate, scale) = (context.learning_rate, self.clip_scale(norm));
        match self.optimizer.guarded_step(module, gradients, norm, rate, scale) {
            Ok(module) => {
                if let Some(average) = &mut self.average {
                    average.update(&module, context.step);
                }
                self.module = Some(module);
                Ok(())
            }
            Err(Overflow { module, parameter }) => {
                self.module = Some(module);
                Err(parameter)
            }
        }
    }

    /// The parameters and the optimizer's state after such an update, whatever they are; on copies.
    pub(crate) fn rehearse(
        &self,
        gradients: NamedGradients,
        norm: f64,
        context: &StepContext,
    ) -> [StateDict; 2] {
        let (mut optimizer, module) = (self.optimizer.clone(), self.module().clone());
        let module = optimizer.step(module, gradients, context.learning_rate, self.clip_scale(norm));
        [parameters(&module), optimizer.state()]
    }

    /// What the optimizer remembers.
    pub(crate) fn optimizer_state(&self) -> StateDict {
        self.optimizer.state()
    }

    fn clip_scale(&self, norm: f64) -> f64 {
        self.clip_norm.map_or(1.0, |limit| if norm > limit { limit / norm } else { 1.0 })
    }

    /// Everything that the ascent goes on from.
    pub fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.extend_prefixed("model", parameters(self.module()));
        state.extend_prefixed("optimizer", self.optimizer.state());
        if let Some(average) = &self.average {
            state.extend_prefixed("average", parameters(average.weights()));
        }
        state
    }

    /// Takes over a state that [`state`](Self::state) gave.
    ///
    /// # Errors
    /// [`InferError::State`] if an entry is missing, has another shape, or is unknown; then nothing has changed.
    pub fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        let parts = Self::PARTS.map(|part| state.with_prefix_removed(part));
        let [model, average, optimizer] = &parts;
        if self.average.is_none() && !average.is_empty() {
            return Err(InferError::State { detail: "it holds an average of the weights".to_owned() });
        }
        if parts.iter().map(StateDict::len).sum::<usize>() != state.len() {
            let detail = "it holds more than model, average and optimizer".to_owned();
            return Err(InferError::State { detail });
        }
        let module = with_parameters(self.module().clone(), model)?;
        let own = self.average.as_ref().map(|own| with_parameters(own.weights().clone(), average));
        let average = own.transpose()?;
        self.optimizer.load_state(optimizer, model, &self.device)?;
        self.module = Some(module);
        if let (Some(own), Some(weights)) = (&mut self.average, average) {
            own.set_weights(weights);
        }
        Ok(())
    }

    /// The weights that every use but training takes.
    pub fn weights(&self) -> StateDict {
        parameters(&self.trained())
    }
}
