//! An optimizer as a user writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InferError;

/// Which update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Adam (Kingma & Ba 2015).
    #[default]
    Adam,
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    Adamw,
}

/// The `[optimizer]` section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OptimizerConfig {
    /// Which update.
    pub kind: OptimizerKind,
    /// The decay β₁ of the gradient's mean.
    pub beta1: f64,
    /// The decay β₂ of the squared gradient's mean.
    pub beta2: f64,
    /// What keeps the step finite where the gradient vanishes.
    pub epsilon: f64,
    /// The decay of the weights at each step, times the learning rate; only with `kind = "adamw"`.
    pub weight_decay: f64,
    /// The global norm that gradients are clipped to; none where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// The decay of an exponential moving average of the weights, which every verb then uses; none
    /// where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            clip_norm: None,
            average: None,
        }
    }
}

impl OptimizerConfig {
    /// Checks that every value is in range.
    ///
    /// # Errors
    /// [`InferError::Option`] names the first value that is not.
    pub fn validate(&self) -> Result<(), InferError> {
        let below_one = |x: f64| (0.0..1.0).contains(&x);
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let adamw = self.kind == OptimizerKind::Adamw;
        for (option, value, holds, expected) in [
            ("optimizer.beta1", self.beta1, below_one(self.beta1), "in [0, 1)"),
            ("optimizer.beta2", self.beta2, below_one(self.beta2), "in [0, 1)"),
            (
                "optimizer.epsilon",
                self.epsilon,
                // Below that it is 0 in single precision, and a parameter at rest becomes 0/0.
                self.epsilon >= f64::from(f32::MIN_POSITIVE) && self.epsilon.is_finite(),
                "a finite number of at least 1.2e-38",
            ),
            (
                "optimizer.weight_decay",
                self.weight_decay,
                self.weight_decay == 0.0 || (adamw && positive(self.weight_decay)),
                "0, or with optimizer.kind \"adamw\" a finite number above 0",
            ),
            (
                "optimizer.clip_norm",
                self.clip_norm.unwrap_or_default(),
                self.clip_norm.is_none_or(positive),
                "a finite number above 0",
            ),
            (
                "optimizer.average",
                self.average.unwrap_or_default(),
                self.average.is_none_or(below_one),
                "in [0, 1)",
            ),
        ] {
            if !holds {
                return Err(InferError::Option { option, value: value.to_string(), expected });
            }
        }
        Ok(())
    }
}
