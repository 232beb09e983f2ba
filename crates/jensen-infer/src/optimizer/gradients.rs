//! The gradients of a module by parameter path.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};
use jensen_kernels::sum_of_squares;

use crate::StateDict;
use crate::parameters::{Path, parameters, track_path};

/// The gradient of each parameter, flat, by the parameter's path.
#[derive(Debug, Default)]
pub struct NamedGradients {
    entries: BTreeMap<String, Tensor<1>>,
}

impl NamedGradients {
    /// Takes the gradients of `module`'s parameters out of `gradients`.
    pub fn of<M: Module>(module: &M, gradients: Gradients) -> Self {
        let mut taker = Taker { path: Path::default(), gradients, taken: Self::default() };
        module.visit(&mut taker);
        taker.taken
    }

    /// Gradients by the path of their parameter, flat.
    pub(crate) fn from_entries(entries: BTreeMap<String, Tensor<1>>) -> Self {
        Self { entries }
    }

    /// Adds `weight` times the gradients of further examples.
    pub fn accumulate(&mut self, other: Self, weight: f64) {
        for (name, gradient) in other.entries {
            // A single batch has weight 1: no pass over its gradients.
            let gradient = if weight == 1.0 { gradient } else { gradient * weight };
            let sum = match self.entries.remove(&name) {
                Some(own) => own + gradient,
                None => gradient,
            };
            self.entries.insert(name, sum);
        }
    }

    /// The gradient of a parameter, taken out; `None` if the loss does not depend on it.
    pub fn remove(&mut self, name: &str) -> Option<Tensor<1>> {
        self.entries.remove(name)
    }

    /// The Euclidean norm over all parameters, summed in f64.
    pub fn norm(&self) -> f64 {
        self.entries.values().cloned().map(sum_of_squares).sum::<f64>().sqrt()
    }

    /// The gradients in the shape and layout of `module`'s parameters; a parameter without gradient has
    /// none.
    pub fn to_state<M: Module>(&self, module: &M) -> StateDict {
        let mut placed = Placed { path: Path::default(), gradients: self };
        parameters(&module.valid().map(&mut placed)).filter(|name| self.entries.contains_key(name))
    }

    /// A parameter whose gradient is infinite or not a number.
    pub fn non_finite(&self) -> Option<&str> {
        let mut entries = self.entries.iter();
        entries.find(|(_, g)| !sum_of_squares((*g).clone()).is_finite()).map(|(name, _)| name.as_str())
    }
}

/// Puts each gradient in the place of its parameter.
struct Placed<'a> {
    path: Path,
    gradients: &'a NamedGradients,
}

impl ModuleMapper for Placed<'_> {
    track_path!();

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.gradients.entries.get(&self.path.join()) {
            Some(gradient) => param.map(|value| gradient.clone().reshape(value.shape())),
            None => param,
        }
    }
}

struct Taker {
    path: Path,
    gradients: Gradients,
    taken: NamedGradients,
}

impl ModuleVisitor for Taker {
    track_path!();

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad_remove(&mut self.gradients) {
            let size = gradient.shape().num_elements();
            self.taken.entries.insert(self.path.join(), gradient.reshape([size]));
        }
    }
}
