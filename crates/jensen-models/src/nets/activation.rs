//! The nonlinearity between layers.

use burn::tensor::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The function applied after each hidden layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// `x` above zero, `eˣ − 1` below (Clevert et al. 2016).
    Elu,
    /// `x·σ(x)`, also called swish.
    Silu,
    /// `x·Φ(x)`, the exact form (Hendrycks & Gimpel 2016).
    Gelu,
}

impl Activation {
    /// Applies the function to each element.
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => jensen_kernels::relu(x),
            Self::Tanh => jensen_kernels::tanh(x),
            Self::Elu => jensen_kernels::elu(x),
            Self::Silu => jensen_kernels::silu(x),
            Self::Gelu => jensen_kernels::gelu(x),
        }
    }

    /// Half the width of the uniform distribution that a weight before this function is drawn from.
    ///
    /// For tanh `√(6 / (fan_in + fan_out))` (Glorot & Bengio 2010, eq. 16), for the others, which
    /// pass about half of the variance, `√(6 / fan_in)` (He et al. 2015, eq. 10).
    pub(crate) fn weight_bound(self, fan_in: f64, fan_out: f64) -> f64 {
        match self {
            Self::Tanh => glorot_bound(fan_in, fan_out),
            Self::Relu | Self::Elu | Self::Silu | Self::Gelu => (6.0 / fan_in).sqrt(),
        }
    }
}

/// Glorot & Bengio 2010, eq. 16: also for layers without a nonlinearity after them.
pub(crate) fn glorot_bound(fan_in: f64, fan_out: f64) -> f64 {
    (6.0 / (fan_in + fan_out)).sqrt()
}
