//! Convolutions that halve an image, and the transposed ones that double it.
//!
//! All have 4×4 kernels, stride 2 and padding 1: a side of `n` becomes `⌊n/2⌋`, and back `2m` or,
//! with one row of output padding, `2m + 1`; so any size is restored exactly. The kernel is a
//! multiple of the stride, which avoids the checkerboard of uneven overlap (Odena, Dumoulin & Olah
//! 2016).

use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, ConvTranspose2d},
    },
    tensor::Tensor,
};

use super::{Activation, ImageShape, Scope, activation::glorot_bound};

const KERNEL: usize = 4;
const STRIDE: usize = 2;
const PADDING: usize = 1;

/// Inputs that an output of a convolution sees, for each channel. Each input is seen by a fourth as
/// many outputs; in a transposed convolution it is the other way round.
pub(super) const TAPS: usize = KERNEL * KERNEL;
const TAPS_PER_STEP: usize = TAPS / (STRIDE * STRIDE);

/// The image after `layers` halvings, with as many channels as the last layer.
pub(crate) fn halved(shape: ImageShape, channels: &[usize]) -> ImageShape {
    let ImageShape { height, width, .. } = shape;
    let last = channels.last().copied().unwrap_or(shape.channels);
    ImageShape { height: height >> channels.len(), width: width >> channels.len(), channels: last }
}

/// Convolutions, each followed by the activation; with no layers the identity.
#[derive(Module, Debug)]
pub struct Convolutions {
    layers: Vec<Conv2d>,
    #[module(skip)]
    shape: ImageShape,
    #[module(skip)]
    activation: Activation,
}

impl Convolutions {
    pub(crate) fn init(shape: ImageShape, channels: &[usize], activation: Activation, scope: &Scope) -> Self {
        let scope = scope.child("layers");
        let inputs_of = std::iter::once(&shape.channels).chain(channels);
        let layers = inputs_of
            .zip(channels)
            .enumerate()
            .map(|(i, (&from, &to))| {
                let bound = activation.weight_bound((from * TAPS) as f64, (to * TAPS_PER_STEP) as f64);
                let scope = scope.child(i);
                Conv2d {
                    weight: scope.uniform("weight", [to, from, KERNEL, KERNEL], bound),
                    bias: Some(scope.constant("bias", [to], 0.0)),
                    stride: [STRIDE; 2],
                    kernel_size: [KERNEL; 2],
                    dilation: [1; 2],
                    groups: 1,
                    padding: PaddingConfig2d::Explicit(PADDING, PADDING, PADDING, PADDING),
                }
            })
            .collect();
        Self { layers, shape, activation }
    }

    /// # Shapes
    /// `[rows, height · width · channels]` of the image to `[rows, features]` in the order channel,
    /// height, width.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        if self.layers.is_empty() {
            return x;
        }
        let ImageShape { height, width, channels } = self.shape;
        let [rows, _] = x.dims();
        let image = x.reshape([rows, height, width, channels]).permute([0, 3, 1, 2]);
        self.layers.iter().fold(image, |x, layer| self.activation.apply(layer.forward(x))).flatten(1, 3)
    }

    /// As [`forward`](Self::forward); `see` is shown what each layer gives before its activation.
    pub(crate) fn watch(&self, x: Tensor<2>, mut see: impl FnMut(usize, Tensor<2>)) -> Tensor<2> {
        if self.layers.is_empty() {
            return x;
        }
        let ImageShape { height, width, channels } = self.shape;
        let [rows, _] = x.dims();
        let image = x.reshape([rows, height, width, channels]).permute([0, 3, 1, 2]);
        let layers = self.layers.iter().enumerate();
        let image = layers.fold(image, |x, (i, layer)| {
            let x = layer.forward(x);
            see(i, x.clone().flatten(1, 3));
            self.activation.apply(x)
        });
        image.flatten(1, 3)
    }
}

/// Transposed convolutions with the activation between them; the last layer is linear.
#[derive(Module, Debug)]
pub struct TransposedConvolutions {
    layers: Vec<ConvTranspose2d>,
    #[module(skip)]
    start: ImageShape,
    #[module(skip)]
    activation: Activation,
}

impl TransposedConvolutions {
    /// The mirror of [`Convolutions`] with `maps` images of `shape` as output.
    pub(crate) fn init(
        shape: ImageShape,
        maps: usize,
        channels: &[usize],
        activation: Activation,
        scope: &Scope,
    ) -> Self {
        let scope = scope.child("layers");
        let depth = channels.len();
        let layers = (0..depth)
            .map(|i| {
                let level = depth - 1 - i;
                let is_last = level == 0;
                let (from, to) =
                    (channels[level], if is_last { maps * shape.channels } else { channels[level - 1] });
                let (fan_in, fan_out) = ((from * TAPS_PER_STEP) as f64, (to * TAPS) as f64);
                let bound = if is_last {
                    glorot_bound(fan_in, fan_out)
                } else {
                    activation.weight_bound(fan_in, fan_out)
                };
                let scope = scope.child(i);
                ConvTranspose2d {
                    weight: scope.uniform("weight", [from, to, KERNEL, KERNEL], bound),
                    bias: Some(scope.constant("bias", [to], 0.0)),
                    stride: [STRIDE; 2],
                    kernel_size: [KERNEL; 2],
                    dilation: [1; 2],
                    groups: 1,
                    padding: [PADDING; 2],
                    padding_out: [shape.height, shape.width].map(|side| (side >> level) % 2),
                    channels: [from, to],
                }
            })
            .collect();
        Self { layers, start: halved(shape, channels), activation }
    }

    /// Puts the output's bias, one number a channel, at the given values.
    pub(crate) fn with_output_bias(mut self, values: &[f32]) -> Self {
        if let Some(last) = self.layers.last_mut() {
            last.bias = last.bias.take().map(|bias| super::decoder::with_values(bias, values));
        }
        self
    }

    /// # Shapes
    /// `[rows, features]` in the order channel, height, width to
    /// `[rows, maps · channels, height, width]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<4> {
        let ImageShape { height, width, channels } = self.start;
        let [rows, _] = x.dims();
        let mut x = x.reshape([rows, channels, height, width]);
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                x = self.activation.apply(x);
            }
            x = layer.forward(x);
        }
        x
    }

    /// As [`forward`](Self::forward); `see` is shown what each layer gives before its activation.
    pub(crate) fn watch(&self, x: Tensor<2>, mut see: impl FnMut(usize, Tensor<2>)) {
        let ImageShape { height, width, channels } = self.start;
        let [rows, _] = x.dims();
        let mut x = x.reshape([rows, channels, height, width]);
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                x = self.activation.apply(x);
            }
            x = layer.forward(x);
            see(i, x.clone().flatten(1, 3));
        }
    }
}
