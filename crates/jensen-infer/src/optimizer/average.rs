//! An exponential moving average of the weights.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;
use std::collections::BTreeMap;

use crate::parameters::{Path, track_path};

/// `θ̄ ← d θ̄ + (1 − d) θ`, `d = min(decay, (1 + t) / (10 + t))` after `t` updates.
///
/// The smaller decay at the beginning lets the average forget the initial weights; it needs no
/// state but the number of updates.
#[derive(Debug)]
pub struct Average<M> {
    decay: f64,
    weights: M,
}

impl<M: Module> Average<M> {
    /// An average that begins at `module`.
    pub fn new(decay: f64, module: &M) -> Self {
        Self { decay, weights: module.valid() }
    }

    /// The averaged module, without autodiff.
    pub fn weights(&self) -> &M {
        &self.weights
    }

    /// Replaces the averaged weights.
    pub fn set_weights(&mut self, weights: M) {
        self.weights = weights;
    }

    /// Moves the average towards `module` after update number `updates`, counted from 0.
    pub fn update(&mut self, module: &M, updates: u64) {
        let t = updates as f64;
        let decay = self.decay.min((1.0 + t) / (10.0 + t));
        let mut current = Flat::default();
        module.visit(&mut current);
        let mut blend = Blend { path: Path::default(), decay, current: current.values };
        self.weights = self.weights.clone().map(&mut blend);
    }
}

#[derive(Default)]
struct Flat {
    path: Path,
    values: BTreeMap<String, Tensor<1>>,
}

impl ModuleVisitor for Flat {
    track_path!();

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().inner();
        let size = value.shape().num_elements();
        self.values.insert(self.path.join(), value.reshape([size]));
    }
}

struct Blend {
    path: Path,
    decay: f64,
    current: BTreeMap<String, Tensor<1>>,
}

impl ModuleMapper for Blend {
    track_path!();

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(current) = self.current.remove(&self.path.join()) else { return param };
        let decay = self.decay;
        param.map(|average| {
            let current = current.reshape(average.shape());
            average * decay + current * (1.0 - decay)
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use burn::tensor::Device;

    use super::*;

    #[derive(Module, Debug)]
    struct Weight {
        value: Param<Tensor<1>>,
    }

    fn weight(values: [f32; 2]) -> Weight {
        let value = Tensor::from_data(values, &Device::flex().autodiff());
        Weight { value: Param::initialized(ParamId::from(1), value).set_require_grad(true) }
    }

    #[test]
    fn it_follows_its_formula_and_needs_no_graph() {
        let decay = 0.3;
        let mut average = Average::new(decay, &weight([1.0, -2.0]));
        let mut expected = [1.0, -2.0];
        for (t, values) in [(0, [3.0, 4.0]), (1, [-1.0, 0.5]), (2, [2.0, 2.0]), (50, [0.0, 8.0])] {
            average.update(&weight(values), t);
            let d = f64::min(decay, (1.0 + t as f64) / (10.0 + t as f64));
            for (mean, value) in expected.iter_mut().zip(values) {
                *mean = d * *mean + (1.0 - d) * f64::from(value);
            }
            let found = average.weights().value.val();
            assert!(!found.is_autodiff());
            for (found, expected) in found.into_data().iter::<f64>().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} is not {expected} after {t}");
            }
        }
    }
}
