//! Adam, with decoupled weight decay where it is asked for.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use jensen_kernels::{AdamStep, adam_step, sum_of_squares};

use super::envelope::{Envelope, Reach};
use super::{NamedGradients, OptimizerConfig};
use crate::parameters::{Path, track_path};
use crate::{InferError, StateDict};

/// Adam (Kingma & Ba 2015, algorithm 1) and AdamW (Loshchilov & Hutter 2019, algorithm 2).
///
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`.
///
/// `t` counts the updates of a parameter, not those of the module: one whose gradient comes late, or
/// now and then, is corrected for its own zeros. The state goes by parameter path, so it can be
/// saved, read and taken over by another process.
#[derive(Clone, Debug)]
pub struct Adam {
    config: OptimizerConfig,
    moments: BTreeMap<String, Moments>,
    envelope: Envelope,
}

/// An update that was not made, because a value would not be finite after it.
#[derive(Debug)]
pub struct Overflow<M> {
    /// The module as it was.
    pub module: M,
    /// The parameter whose new value, or moment, would not be finite.
    pub parameter: String,
}

#[derive(Clone, Debug)]
struct Moments {
    updates: u64,
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
        Ok(Self { config: config.clone(), moments: BTreeMap::new(), envelope: Envelope::unknown() })
    }

    /// The module after one update, unless a parameter or a moment would not be finite: then module
    /// and optimizer are as before, bit for bit.
    ///
    /// `norm` is that of the gradients, which are scaled by `gradient_scale` first. Bounds that follow
    /// from it rule an overflow out at nearly all steps; where they do not, the update is made on a
    /// copy and looked at.
    ///
    /// # Errors
    /// [`Overflow`] with the module as it was.
    pub fn guarded_step<M: Module>(
        &mut self,
        module: M,
        gradients: NamedGradients,
        norm: f64,
        learning_rate: f64,
        gradient_scale: f64,
    ) -> Result<M, Overflow<M>> {
        let reach = Reach {
            rate: learning_rate / (1.0 - self.config.beta1),
            keep: (1.0 - learning_rate * self.config.weight_decay).abs(),
            epsilon: self.config.epsilon,
        };
        if let Some(after) = self.envelope.after(norm * gradient_scale, reach) {
            self.envelope = after;
            return Ok(self.step(module, gradients, learning_rate, gradient_scale));
        }
        // What is held here too is copied by the kernel, not written.
        let (kept, module_before) = (self.clone(), module.clone());
        let module = self.step(module, gradients, learning_rate, gradient_scale);
        match self.measure(&module) {
            Ok(envelope) => {
                self.envelope = envelope;
                Ok(module)
            }
            Err(parameter) => {
                *self = kept;
                Err(Overflow { module: module_before, parameter })
            }
        }
    }

    /// The size of all parameters and moments; an error is the first parameter at fault.
    fn measure<M: Module>(&self, module: &M) -> Result<Envelope, String> {
        let mut sizes = Sizes { path: Path::default(), largest: 0.0, at_fault: None };
        module.visit(&mut sizes);
        let (mut mean, mut square) = (0f64, 0f64);
        for (name, moments) in &self.moments {
            let norms = [&moments.mean, &moments.square].map(|moment| sum_of_squares(moment.clone()).sqrt());
            if norms.iter().any(|norm| !norm.is_finite()) {
                sizes.at_fault.get_or_insert_with(|| name.clone());
            }
            (mean, square) = (mean.max(norms[0]), square.max(norms[1]));
        }
        match sizes.at_fault {
            Some(name) => Err(name),
            None => Ok(Envelope { parameter: sizes.largest, mean, square }),
        }
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
        let step = AdamStep {
            learning_rate,
            beta1: self.config.beta1,
            beta2: self.config.beta2,
            epsilon: self.config.epsilon,
            weight_decay: self.config.weight_decay,
            step: 0,
        };
        let moments = &mut self.moments;
        module.map(&mut Update { path: Path::default(), step, gradient_scale, gradients, moments })
    }

    /// The moments of each parameter that has had a gradient, and how many it has had.
    pub fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        for (name, Moments { updates, mean, square }) in &self.moments {
            state.insert(format!("{name}.updates"), TensorData::new(vec![*updates], [1]));
            state.insert(format!("{name}.mean"), mean.to_data());
            state.insert(format!("{name}.square"), square.to_data());
        }
        state
    }

    /// Takes over what [`state`](Self::state) gave for a module of these `parameters`.
    ///
    /// # Errors
    /// [`InferError::State`] if an entry is missing, unknown, or of another type or shape; then
    /// nothing has changed.
    pub fn load_state(
        &mut self,
        state: &StateDict,
        parameters: &StateDict,
        device: &Device,
    ) -> Result<(), InferError> {
        let entry = |name: String, fits: &dyn Fn(&TensorData) -> bool| {
            let found = state.get(&name).filter(|data| fits(data)).cloned();
            found.ok_or(InferError::State { detail: format!("`optimizer.{name}` is missing or misshapen") })
        };
        let mut moments = BTreeMap::new();
        for (name, parameter) in parameters.iter() {
            let entries = ["updates", "mean", "square"].map(|kind| format!("{name}.{kind}"));
            // A parameter that the loss does not depend on has none.
            if entries.iter().all(|name| state.get(name).is_none()) {
                continue;
            }
            let [updates, mean, square] = entries;
            let updates = entry(updates, &|data| data.as_slice::<u64>().is_ok_and(|n| n.len() == 1))?;
            let is_flat = |data: &TensorData| {
                data.dtype() == parameter.dtype() && data.shape().as_slice() == [parameter.num_elements()]
            };
            let load = |data| Tensor::from_data(data, device);
            let own = Moments {
                updates: updates.iter::<u64>().sum(),
                mean: load(entry(mean, &is_flat)?),
                square: load(entry(square, &is_flat)?),
            };
            moments.insert(name.to_owned(), own);
        }
        if state.len() != 3 * moments.len() {
            let known =
                |name: &str| name.rsplit_once('.').is_some_and(|(name, _)| moments.contains_key(name));
            let unknown = state.iter().find(|(name, _)| !known(name)).map_or("an entry", |(name, _)| name);
            return Err(InferError::State { detail: format!("`optimizer.{unknown}` is unknown") });
        }
        self.moments = moments;
        self.envelope = Envelope::unknown();
        Ok(())
    }
}

/// The largest size of a parameter, or rather the norm, which is no smaller.
struct Sizes {
    path: Path,
    largest: f64,
    at_fault: Option<String>,
}

impl ModuleVisitor for Sizes {
    track_path!();

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let size = sum_of_squares(param.val().inner()).sqrt();
        if !size.is_finite() {
            // The first by name, as gradients and reports have them.
            let (name, known) = (self.path.join(), self.at_fault.take());
            self.at_fault = Some(known.filter(|known| *known < name).unwrap_or(name));
        }
        self.largest = self.largest.max(size);
    }
}

struct Update<'a> {
    path: Path,
    /// That of each parameter but for its number.
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
        let Moments { updates, mean, square } = self.moments.remove(&name).unwrap_or_else(|| Moments {
            updates: 0,
            mean: gradient.zeros_like(),
            square: gradient.zeros_like(),
        });
        let gradient = if self.gradient_scale == 1.0 { gradient } else { gradient * self.gradient_scale };
        let (updates, moments) = (updates + 1, &mut *self.moments);
        let step = AdamStep { step: updates, ..self.step };
        param.map(|value| {
            let shape = value.shape();
            let flat = value.inner().reshape([shape.num_elements()]);
            let (flat, mean, square) = adam_step(flat, gradient, mean, square, &step);
            moments.insert(name, Moments { updates, mean, square });
            flat.reshape(shape).autodiff().require_grad()
        })
    }
}
