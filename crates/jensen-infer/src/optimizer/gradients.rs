//! The gradients of a module by parameter path.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};
use jensen_kernels::sum_of_squares;

use crate::parameters::{Path, track_path};

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

    /// A parameter whose gradient is infinite or not a number.
    pub fn non_finite(&self) -> Option<&str> {
        let mut entries = self.entries.iter();
        entries.find(|(_, g)| !sum_of_squares((*g).clone()).is_finite()).map(|(name, _)| name.as_str())
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
