//! Learned observations whose posteriors make a prior.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, TensorData},
};
use jensen_prob::special::sigmoid;

use crate::likelihood::LikelihoodConfig;
use crate::nets::Scope;

/// Means are kept this far from 0 and 1 before their log-odds are taken.
const MEAN_CLIP: f64 = 0.001;

/// `u_1, …, u_K` of the prior `1/K Σ_k q(z | u_k)` (Tomczak & Welling 2018).
///
/// They are what the encoder's first layer sees: of observations between 0 and 1 as log-odds, so that they stay
/// there, of a table numbers in the place of every entry.
#[derive(Module, Debug)]
pub struct PseudoInputs {
    values: Param<Tensor<2>>,
    #[module(skip)]
    range: Range,
}

/// What observations are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    Unit,
    Real,
}

/// What pseudo-inputs are like at first.
pub(crate) struct PseudoStart<'a> {
    /// How many numbers each has.
    pub(crate) inputs: usize,
    /// Their mean, which that of the data may be; with none 0, or of numbers between 0 and 1 one half.
    pub(crate) mean: &'a [f64],
    /// What observations are distributed as.
    pub(crate) likelihood: LikelihoodConfig,
}

impl PseudoInputs {
    /// So many under the path of `scope`, each number within ±1 of its mean, or its log-odds within ±4: pseudo-inputs
    /// that are nearly the same at first stay so for long.
    pub(crate) fn init(count: usize, start: &PseudoStart<'_>, scope: &Scope) -> Self {
        let range = match start.likelihood {
            LikelihoodConfig::Bernoulli {} | LikelihoodConfig::Logistic {} => Range::Unit,
            LikelihoodConfig::Gaussian { .. } | LikelihoodConfig::Table { .. } => Range::Real,
        };
        let reach = match range {
            Range::Unit => 4.0,
            Range::Real => 1.0,
        };
        let values = scope.uniform("values", [count, start.inputs], reach);
        let center = |mean: f64| match range {
            Range::Unit => {
                let p = mean.clamp(MEAN_CLIP, 1.0 - MEAN_CLIP);
                (p / (1.0 - p)).ln() as f32
            }
            Range::Real => mean as f32,
        };
        if start.mean.is_empty() {
            return Self { values, range };
        }
        let centers: Vec<f32> = start.mean.iter().map(|&mean| center(mean)).collect();
        let device = values.val().device();
        let centers =
            Tensor::<2>::from_data(TensorData::new(centers, [1, start.inputs]), &device.clone().inner());
        let moved = (values.val().inner() + centers).into_data();
        let values = Param::initialized(values.id, Tensor::from_data(moved, &device)).set_require_grad(true);
        Self { values, range }
    }

    /// What the encoder's first layer sees, `[K, inputs]`.
    pub fn inputs(&self) -> Tensor<2> {
        match self.range {
            Range::Unit => sigmoid(self.values.val()),
            Range::Real => self.values.val(),
        }
    }
}
