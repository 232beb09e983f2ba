//! Which layers a net has.

use jensen_infer::InferError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Activation, ImageShape, convolutions::halved};

/// The layers between an observation and a latent variable, in the encoder's order; the decoder has
/// them mirrored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NetConfig {
    /// Fully connected layers.
    Mlp {
        /// Width of each hidden layer; none is a linear net.
        #[serde(default = "default_hidden")]
        hidden: Vec<usize>,
        /// After each hidden layer.
        #[serde(default)]
        activation: Activation,
    },
    /// 4×4 convolutions that each halve the image, then one fully connected layer.
    Conv {
        /// Channels of each convolution.
        #[serde(default = "default_channels")]
        channels: Vec<usize>,
        /// Width of the fully connected layer.
        #[serde(default = "default_fully_connected")]
        fully_connected: usize,
        /// After each hidden layer.
        #[serde(default = "default_conv_activation")]
        activation: Activation,
    },
}

impl Default for NetConfig {
    /// Two fully connected layers of 200 tanh units (Burda, Grosse & Salakhutdinov 2016, §5).
    fn default() -> Self {
        Self::Mlp { hidden: default_hidden(), activation: Activation::default() }
    }
}

impl NetConfig {
    /// Two convolutions of 32 and 64 channels, then 256 units, all relu.
    pub fn default_conv() -> Self {
        Self::Conv {
            channels: default_channels(),
            fully_connected: default_fully_connected(),
            activation: default_conv_activation(),
        }
    }

    /// Whether the net can be built for observations of this shape.
    ///
    /// # Errors
    /// [`InferError::Option`] if a layer is empty, or halving exhausts the image.
    pub fn check(&self, shape: ImageShape) -> Result<(), InferError> {
        let refuse = |option, value, expected| Err(InferError::Option { option, value, expected });
        let is_empty_layer = |widths: &[usize]| widths.contains(&0);
        match self {
            Self::Mlp { hidden, .. } if is_empty_layer(hidden) => {
                refuse("net.hidden", format!("{hidden:?}"), "at least 1 in each layer")
            }
            Self::Mlp { .. } => Ok(()),
            Self::Conv { channels, .. } if channels.is_empty() || is_empty_layer(channels) => refuse(
                "net.channels",
                format!("{channels:?}"),
                "one layer or more, each of at least 1 channel",
            ),
            Self::Conv { fully_connected: 0, .. } => {
                refuse("net.fully_connected", "0".to_owned(), "at least 1")
            }
            Self::Conv { channels, .. } => {
                let ImageShape { height, width, .. } = shape;
                if channels.len() > height.min(width).ilog2() as usize {
                    let value = format!("{channels:?} for images of {height}×{width}");
                    let expected =
                        "so few layers that halving the image for each leaves a pixel, or `net.kind` mlp";
                    return refuse("net.channels", value, expected);
                }
                Ok(())
            }
        }
    }

    /// The function after each hidden layer.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Mlp { activation, .. } | Self::Conv { activation, .. } => *activation,
        }
    }

    /// Channels of each convolution; none for a fully connected net.
    pub(crate) fn channels(&self) -> &[usize] {
        match self {
            Self::Mlp { .. } => &[],
            Self::Conv { channels, .. } => channels,
        }
    }

    /// How many numbers the encoder's last hidden layer gives.
    pub(crate) fn hidden_width(&self, shape: ImageShape) -> usize {
        let inputs = halved(shape, self.channels()).features();
        *self.hidden().last().unwrap_or(&inputs)
    }

    /// Widths of the fully connected layers.
    pub(crate) fn hidden(&self) -> &[usize] {
        match self {
            Self::Mlp { hidden, .. } => hidden,
            Self::Conv { fully_connected, .. } => std::slice::from_ref(fully_connected),
        }
    }
}

fn default_hidden() -> Vec<usize> {
    vec![200, 200]
}

fn default_channels() -> Vec<usize> {
    vec![32, 64]
}

fn default_fully_connected() -> usize {
    256
}

fn default_conv_activation() -> Activation {
    Activation::Relu
}
