//! The net, and the density that it gives.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor};
use jensen_data::{Batch, Role};
use jensen_infer::{InferError, LikelihoodModel, Quantity};
use jensen_kernels::softplus;
use jensen_prob::{Categorical, Distribution, Mean, Mixture, Normal, SelectRows};
use jensen_random::Rng;

use super::MdnConfig;
use super::start::Start;
use crate::nets::{Mlp, Scope, with_values};

/// The weights of the output layers start within this share of Glorot's bound: the components then start where their
/// biases put them, at all `x`.
const OUTPUT_SHARE: f64 = 0.1;

/// The least that softplus starts at, where the least deviation is above that of the targets.
const LEAST_SCALE: f64 = 1e-3;

/// `p(y | x) = Σ_k π_k(x) N(y; μ_k(x), diag σ_k(x)²)`
///
/// One net gives what three layers make `log π`, `μ` and `σ = min_std + softplus(s)` of; softplus and not the exponential
/// of Bishop's paper, so that no step throws a deviation to infinity.
///
/// Inputs and targets are as the model sees them. All densities are in nats.
///
/// Source: Bishop 1994, *Mixture Density Networks*.
#[derive(Module, Debug)]
pub struct MixtureDensityNet {
    net: Mlp,
    logits: Linear,
    means: Linear,
    scales: Linear,
    #[module(skip)]
    components: usize,
    #[module(skip)]
    min_std: f64,
}

/// The mixture at each input.
#[derive(Clone, Debug)]
pub struct Branches {
    /// `π`, `[rows, K]`.
    pub weights: Tensor<2>,
    /// `μ`, `[rows, K·dims]`, component by component.
    pub means: Tensor<2>,
    /// `σ`, `[rows, K·dims]`.
    pub deviations: Tensor<2>,
}

/// A target drawn for each input.
#[derive(Clone, Debug)]
pub struct Draws {
    /// Which component it is of, `[rows]`.
    pub components: Tensor<1, Int>,
    /// That component's mean, `[rows, dims]`.
    pub means: Tensor<2>,
    /// The draw, `[rows, dims]`.
    pub values: Tensor<2>,
}

impl MixtureDensityNet {
    pub(super) fn init(config: &MdnConfig, inputs: usize, start: &Start, scope: &Scope) -> Self {
        let dims = start.deviations.len();
        let features = *config.hidden.last().unwrap_or(&inputs);
        let output = |name: &str, outputs: usize, biases: &[f32]| {
            let bound = OUTPUT_SHARE * (6.0 / (features + outputs) as f64).sqrt();
            let linear = scope.child(name).linear_within(features, outputs, bound);
            Linear { bias: linear.bias.map(|bias| with_values(bias, biases)), ..linear }
        };
        let means: Vec<f32> = start.means.iter().map(|&mean| mean as f32).collect();
        // The inverse of softplus, `ln(eˢ − 1)` without overflow.
        let inverse = |s: f64| s + (-(-s).exp_m1()).ln();
        let scale = |deviation: &f64| inverse((deviation - config.min_std).max(LEAST_SCALE)) as f32;
        let scales = start.deviations.iter().map(scale).collect::<Vec<_>>().repeat(config.components);
        Self {
            net: Mlp::init(inputs, &config.hidden, config.activation, &scope.child("net")),
            logits: output("logits", config.components, &vec![0.0; config.components]),
            means: output("means", config.components * dims, &means),
            scales: output("scales", config.components * dims, &scales),
            components: config.components,
            min_std: config.min_std,
        }
    }

    /// How many components there are, `K`.
    pub fn components(&self) -> usize {
        self.components
    }

    /// `log π`, unnormalised, `[rows, K]`; `μ` and `σ`, `[rows, K·dims]`.
    fn outputs(&self, x: Tensor<2>) -> [Tensor<2>; 3] {
        self.heads(self.net.forward(x))
    }

    /// The same of what the last hidden layer gives.
    fn heads(&self, features: Tensor<2>) -> [Tensor<2>; 3] {
        let deviations = softplus(self.scales.forward(features.clone())) + self.min_std;
        [self.logits.forward(features.clone()), self.means.forward(features), deviations]
    }

    /// `p(y | x)` of each row of `x`, `[rows, inputs]`.
    pub fn density(&self, x: Tensor<2>) -> Mixture<Normal> {
        let [logits, means, deviations] = self.outputs(x);
        // A mixture holds its components one after the other, each with all rows.
        let component_major = |values: Tensor<2>| {
            let ([rows, all], count) = (values.dims(), self.components);
            values.reshape([rows, count, all / count]).swap_dims(0, 1).reshape([rows * count, all / count])
        };
        let components = Normal::new(component_major(means), component_major(deviations));
        Mixture::new(Categorical::from_logits(logits), components)
    }

    /// `log p(y | x)`, `[rows]`.
    pub fn log_prob(&self, x: Tensor<2>, y: &Tensor<2>) -> Tensor<1> {
        self.density(x).log_prob(y)
    }

    /// `E[y | x]`, `[rows, dims]`: where there are several branches, it may be on none of them.
    pub fn mean(&self, x: Tensor<2>) -> Tensor<2> {
        self.density(x).mean()
    }

    /// The mixture at each row of `x`.
    pub fn branches(&self, x: Tensor<2>) -> Branches {
        let [logits, means, deviations] = self.outputs(x);
        Branches { weights: Categorical::from_logits(logits).log_probs().exp(), means, deviations }
    }

    /// `p(k | x, y)`: which component a target came from, `[rows, K]`.
    pub fn responsibilities(&self, x: Tensor<2>, y: &Tensor<2>) -> Tensor<2> {
        self.density(x).log_responsibilities(y).exp()
    }

    /// The most probable component of each target, `[rows]`.
    pub fn component_of(&self, x: Tensor<2>, y: &Tensor<2>) -> Tensor<1, Int> {
        self.density(x).log_responsibilities(y).argmax(1).squeeze_dim(1)
    }

    /// One target for each row of `x`: a component is chosen, then drawn from. Row `i` is draw `i` of `rng`, or that of
    /// the name of the row; the values are those of [`density`](Self::density)'s own draws.
    pub fn sample(&self, x: Tensor<2>, rng: &Rng) -> Draws {
        let density = self.density(x);
        let components = density.weights().sample(&rng.fork("component"));
        let [rows] = components.dims();
        let places = Tensor::<1, Int>::arange(0..rows.cast_signed() as i64, &components.device());
        let chosen = density.components().select_rows(&(components.clone() * rows as u64 + places));
        Draws { components, means: chosen.mean(), values: chosen.sample(&rng.fork("value")) }
    }
}

impl LikelihoodModel for MixtureDensityNet {
    /// `log p(y | x)` of the batch's [target](Role::Target) given its [observation](Role::Observation).
    fn log_likelihood(&self, batch: &Batch, device: &Device) -> Result<Tensor<1>, InferError> {
        let (x, y) = (batch.tensor(Role::Observation, device)?, batch.tensor(Role::Target, device)?);
        Ok(self.log_prob(x, &y))
    }

    fn quantity(&self) -> Quantity {
        Quantity::Conditional
    }

    /// The hidden layers before their activation, then what each component is made of. The logit of a weight and not the
    /// weight: one that is infinite makes every weight no number.
    fn trace(&self, batch: &Batch, device: &Device) -> Result<Vec<(String, Tensor<2>)>, InferError> {
        let mut seen = Vec::new();
        let x = batch.tensor(Role::Observation, device)?;
        let features = self.net.watch(x, |i, values| seen.push((format!("net.layers.{i}"), values)));
        let outputs = self.heads(features);
        for k in 0..self.components {
            for (name, values) in ["logit", "mean", "deviation"].into_iter().zip(&outputs) {
                let [rows, all] = values.dims();
                let width = all / self.components;
                let own = values.clone().slice([0..rows, k * width..(k + 1) * width]);
                seen.push((format!("the {name} of component {k}"), own));
            }
        }
        Ok(seen)
    }
}
