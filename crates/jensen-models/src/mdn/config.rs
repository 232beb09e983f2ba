//! A mixture density network as a user writes it.

use burn::tensor::Device;
use jensen_infer::InferError;
use jensen_random::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MixtureDensityNet;
use super::start::Start;
use crate::nets::{Activation, Scope};

/// The `[mdn]` section: `p(y | x)` as a mixture of Gaussians whose parameters a net gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MdnConfig {
    /// How many components; one is Gaussian regression.
    pub components: usize,
    /// Width of each hidden layer; none is a linear net.
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    pub activation: Activation,
    /// The least deviation of a component, as the model sees targets: a component on a single example would
    /// else have a likelihood without bound.
    pub min_std: f64,
}

impl Default for MdnConfig {
    fn default() -> Self {
        Self { components: 3, hidden: vec![32, 32], activation: Activation::Tanh, min_std: 1e-3 }
    }
}

impl MdnConfig {
    /// Whether every value is in its range.
    ///
    /// # Errors
    /// [`InferError::Option`] for the first that is not.
    pub fn check(&self) -> Result<(), InferError> {
        let refuse = |option, value, expected| Err(InferError::Option { option, value, expected });
        if self.components == 0 {
            return refuse("mdn.components", "0".to_owned(), "at least 1");
        }
        if self.hidden.contains(&0) {
            return refuse("mdn.hidden", format!("{:?}", self.hidden), "at least 1 in each layer");
        }
        if !(self.min_std.is_finite() && self.min_std >= 1e-6) {
            return refuse("mdn.min_std", self.min_std.to_string(), "a number of at least 1e-6");
        }
        Ok(())
    }

    /// A net from `inputs` numbers to a density of `dims`, its weights drawn from `rng`, on `device`.
    ///
    /// `targets` are rows of `dims` numbers of the training examples as the model sees them, all or many: the
    /// components start spread over them. Without any, all start at `N(0, I)`, for weights that come from elsewhere.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    ///
    /// # Panics
    /// If `targets` is not a whole number of rows.
    pub fn init(
        &self,
        inputs: usize,
        dims: usize,
        targets: &[f32],
        rng: &Rng,
        device: &Device,
    ) -> Result<MixtureDensityNet, InferError> {
        self.check()?;
        let start = Start::of(targets, dims, self.components);
        Ok(MixtureDensityNet::init(self, inputs, &start, &Scope::new(*rng, device)))
    }

    /// How many parameters the net has.
    pub fn parameters(&self, inputs: usize, dims: usize) -> usize {
        let linear = |from: usize, to: usize| from.saturating_add(1).saturating_mul(to);
        let widths = std::iter::once(&inputs).chain(&self.hidden);
        let hidden =
            widths.zip(&self.hidden).fold(0, |sum: usize, (&from, &to)| sum.saturating_add(linear(from, to)));
        let outputs = dims.saturating_mul(2).saturating_add(1).saturating_mul(self.components);
        hidden.saturating_add(linear(*self.hidden.last().unwrap_or(&inputs), outputs))
    }
}
