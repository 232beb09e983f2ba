//! Adam, with decoupled weight decay where it is asked for.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use jensen_kernels::{AdamStep, adam_step};

use super::{NamedGradients, OptimizerConfig};
use crate::parameters::{Path, track_path};
use crate::{InferError, StateDict};

/// Adam (Kingma & Ba 2015, algorithm 1) and AdamW (Loshchilov & Hutter 2019, algorithm 2).
///
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`.
///
/// Its state goes by parameter path, so it can be saved, read and taken over by another process.
#[derive(Debug)]
pub struct Adam {
    config: OptimizerConfig,
    updates: u64,
    moments: BTreeMap<String, Moments>,
}

#[derive(Debug)]
struct Moments {
    mean: Tensor<1>,
    square: Tensor<1>,
}

impl Adam {
    /// An optimizer that has made no update yet.
    ///
    /// # Errors
    /// If a value of the configuration is out of range.
    pub fn new(config: &OptimizerConfig) -> Result<Self, InferError> {
        config.validate()?;
        Ok(Self { config: config.clone(), updates: 0, moments: BTreeMap::new() })
    }

    /// The module after one update, its gradients scaled by `gradient_scale` first.
    ///
    /// A parameter without gradient stays as it is.
    pub fn step<M: Module>(
        &mut self,
        module: M,
        gradients: NamedGradients,
        learning_rate: f64,
        gradient_scale: f64,
    ) -> M {
        self.updates += 1;
        let step = AdamStep {
            learning_rate,
            beta1: self.config.beta1,
            beta2: self.config.beta2,
            epsilon: self.config.epsilon,
            weight_decay: self.config.weight_decay,
            step: self.updates,
        };
        let moments = &mut self.moments;
        module.map(&mut Update { path: Path::default(), step, gradient_scale, gradients, moments })
    }

    /// The moments and the number of updates.
    pub fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        for (name, Moments { mean, square }) in &self.moments {
            state.insert(format!("{name}.mean"), mean.to_data());
            state.insert(format!("{name}.square"), square.to_data());
        }
        state.insert("updates", TensorData::new(vec![self.updates], [1]));
        state
    }

    /// Takes over what [`state`](Self::state) gave.
    ///
    /// # Errors
    /// If an entry is missing or of another type; then nothing has changed.
    pub fn load_state(&mut self, state: &StateDict, device: &Device) -> Result<(), InferError> {
        let refuse = |detail: String| InferError::State { detail };
        let updates = state
            .get("updates")
            .and_then(|data| data.as_slice::<u64>().ok()?.first().copied())
            .ok_or_else(|| refuse("`optimizer.updates` is missing".to_owned()))?;
        let mut moments = BTreeMap::new();
        for (name, data) in state.iter() {
            let Some(parameter) = name.strip_suffix(".mean") else { continue };
            let square = state
                .get(&format!("{parameter}.square"))
                .filter(|square| square.shape() == data.shape())
                .ok_or_else(|| refuse(format!("`optimizer.{parameter}.square` is missing or misshapen")))?;
            let load = |data: &TensorData| Tensor::from_data(data.clone(), device);
            moments.insert(parameter.to_owned(), Moments { mean: load(data), square: load(square) });
        }
        (self.updates, self.moments) = (updates, moments);
        Ok(())
    }
}

struct Update<'a> {
    path: Path,
    step: AdamStep,
    gradient_scale: f64,
    gradients: NamedGradients,
    moments: &'a mut BTreeMap<String, Moments>,
}

impl ModuleMapper for Update<'_> {
    track_path!();

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join();
        let Some(gradient) = self.gradients.remove(&name) else { return param };
        // The moments are taken out of the map while they are written, so that their buffers have
        // one owner and the kernel works in place.
        let Moments { mean, square } = self
            .moments
            .remove(&name)
            .unwrap_or_else(|| Moments { mean: gradient.zeros_like(), square: gradient.zeros_like() });
        let gradient = if self.gradient_scale == 1.0 { gradient } else { gradient * self.gradient_scale };
        let (step, moments) = (self.step, &mut *self.moments);
        param.map(|value| {
            let shape = value.shape();
            let flat = value.inner().reshape([shape.num_elements()]);
            let (flat, mean, square) = adam_step(flat, gradient, mean, square, &step);
            moments.insert(name, Moments { mean, square });
            flat.reshape(shape).autodiff().require_grad()
        })
    }
}
