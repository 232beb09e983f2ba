//! From an observation to the parameters of a normal posterior.

use std::sync::Arc;

use burn::{module::Module, nn::Linear, tensor::Tensor};
use jensen_infer::InferError;

use super::{
    Convolutions, ImageShape, Mlp, NetConfig, Scope, activation::glorot_bound, convolutions::halved,
};
use crate::table::TableLayout;

/// Logarithms of variances and rates up to this size pass through unchanged.
const LIMIT: f64 = 20.0;

/// A checked configuration of an [`Encoder`].
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderConfig {
    net: NetConfig,
    shape: ImageShape,
    table: Option<Arc<TableLayout>>,
    latent_dim: usize,
}

impl EncoderConfig {
    /// An encoder of observations of `shape` into `latent_dim` dimensions.
    ///
    /// # Errors
    /// [`InferError::Option`] if the net does not fit the shape or anything has width 0.
    pub fn new(net: NetConfig, shape: ImageShape, latent_dim: usize) -> Result<Self, InferError> {
        net.check(shape)?;
        check_latent_dim(latent_dim)?;
        Ok(Self { net, shape, table: None, latent_dim })
    }

    /// An encoder of the rows of a table, which are given as the model sees them, with NaN where
    /// nothing was observed.
    ///
    /// # Errors
    /// [`InferError::Option`] if the net is convolutional or anything has width 0.
    pub fn of_table(net: NetConfig, layout: Arc<TableLayout>, latent_dim: usize) -> Result<Self, InferError> {
        let shape = ImageShape { height: 1, width: layout.inputs(), channels: 1 };
        Ok(Self { table: Some(layout), ..Self::new(net, shape, latent_dim)? })
    }

    /// How many numbers of an observation the first layer sees.
    pub(crate) fn inputs(&self) -> usize {
        self.shape.features()
    }

    /// How many numbers the last hidden layer gives.
    pub(crate) fn hidden_width(&self) -> usize {
        self.net.hidden_width(self.shape)
    }

    /// An encoder with fresh weights under the path of `scope`.
    pub fn init(&self, scope: &Scope) -> Encoder {
        let (channels, activation) = (self.net.channels(), self.net.activation());
        let inputs = halved(self.shape, channels).features();
        let width = self.hidden_width();
        let bound = glorot_bound(width as f64, self.latent_dim as f64);
        let head = |name| scope.child(name).linear_within(width, self.latent_dim, bound);
        Encoder {
            convolutions: Convolutions::init(self.shape, channels, activation, &scope.child("convolutions")),
            net: Mlp::init(inputs, self.net.hidden(), activation, &scope.child("net")),
            mean: head("mean"),
            log_variance: head("log_variance"),
            table: self.table.clone(),
        }
    }
}

/// The recognition net `x ↦ (μ, log σ²)` (Kingma & Welling 2014, appendix C.2).
///
/// The log-variance is the head's output as it is within ±20 and grows only logarithmically beyond:
/// early in training a wild step cannot overflow `e^{log σ²}`, and the gradient, `1/(1 + excess)`,
/// never vanishes as that of a clamp does.
#[derive(Module, Debug)]
pub struct Encoder {
    convolutions: Convolutions,
    net: Mlp,
    mean: Linear,
    log_variance: Linear,
    #[module(skip)]
    table: Option<Arc<TableLayout>>,
}

/// What an [`Encoder`] says of some observations, `[rows, …]`.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// `μ`
    pub mean: Tensor<2>,
    /// `log σ²`
    pub log_variance: Tensor<2>,
    /// What the last hidden layer gives: the context of posteriors that are more than `μ` and `σ`.
    pub hidden: Tensor<2>,
}

impl Encoder {
    /// The mean and the log-variance of each row.
    ///
    /// # Shapes
    /// `[rows, features]` to two of `[rows, latent_dim]`.
    pub fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let Encoded { mean, log_variance, .. } = self.encode(x);
        (mean, log_variance)
    }

    /// What is known of each row.
    pub fn encode(&self, x: Tensor<2>) -> Encoded {
        self.encode_input(self.input(x))
    }

    /// The same from what the first layer sees, which of a table is not the row itself.
    pub(crate) fn encode_input(&self, input: Tensor<2>) -> Encoded {
        let hidden = self.net.forward(self.convolutions.forward(input));
        Encoded {
            mean: self.mean.forward(hidden.clone()),
            log_variance: soft_limit(self.log_variance.forward(hidden.clone())),
            hidden,
        }
    }

    /// The values on the way, by the path of the layer that gives them: each layer's before its
    /// activation, the mean, and the log-variance as it is limited.
    pub fn trace(&self, x: Tensor<2>) -> Vec<(String, Tensor<2>)> {
        let x = self.input(x);
        let mut seen = vec![("the encoder's input".to_owned(), x.clone())];
        let x = self.convolutions.watch(x, |i, x| seen.push((format!("encoder.convolutions.layers.{i}"), x)));
        let hidden = self.net.watch(x, |i, x| seen.push((format!("encoder.net.layers.{i}"), x)));
        seen.push(("encoder.mean".to_owned(), self.mean.forward(hidden.clone())));
        seen.push(("encoder.log_variance".to_owned(), soft_limit(self.log_variance.forward(hidden))));
        seen
    }

    fn input(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.table {
            Some(layout) => layout.input(x),
            None => x,
        }
    }
}

/// # Errors
/// If there is no dimension.
pub(crate) fn check_latent_dim(latent_dim: usize) -> Result<(), InferError> {
    if latent_dim > 0 {
        return Ok(());
    }
    Err(InferError::Option { option: "latent_dim", value: "0".to_owned(), expected: "at least 1" })
}

/// `x` within ±20, `±(20 + log(1 + |x| − 20))` beyond.
pub(crate) fn soft_limit(x: Tensor<2>) -> Tensor<2> {
    let inside = x.clone().clamp(-LIMIT, LIMIT);
    let excess = x - inside.clone();
    inside + excess.clone().sign() * excess.abs().log1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn log_variance_is_limited_without_killing_its_gradient() {
        let device = Device::flex().autodiff();
        let x = Tensor::<2>::from_data([[-1e6, -21.0, -20.0, -3.5, 0.0, 19.9, 30.0, f32::NAN]], &device)
            .require_grad();
        let y = soft_limit(x.clone());
        let gradients = y.clone().sum().backward();
        let slopes = x.grad(&gradients).expect("a gradient").into_data().try_into_vec::<f32>().expect("f32");
        let y = y.into_data().try_into_vec::<f32>().expect("f32");
        for (y, expected) in y.iter().zip([
            -20.0 - 999_981f32.ln(),
            -20.0 - 2f32.ln(),
            -20.0,
            -3.5,
            0.0,
            19.9,
            20.0 + 11f32.ln(),
        ]) {
            assert!((y - expected).abs() < 1e-5, "{y} is not {expected}");
        }
        assert!(y[7].is_nan());
        for (slope, expected) in slopes.iter().zip([1.0 / 999_981.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0 / 11.0]) {
            assert!((slope - expected).abs() < 1e-6, "the slope {slope} is not {expected}");
        }
    }
}
